import { SluiceError } from '../errors.ts';
import { continueRun, pauseRun } from '../runs/life/lifecycle.ts';
import { executeHere } from '../processes/run/execute.ts';
import type { NetworkOptions } from '../processes/run/network.ts';
import { curvesOf } from '../exports/tables/curves.ts';
import type { Run } from '../runs/store/run.ts';
import type { Store } from '../runs/store/store.ts';
import { displayRun } from './display.ts';
import { exitCodes, reportFailure } from './failure.ts';
import { listen } from './interrupt.ts';

/** What keeps a run from the server it was given would keep the next one from it, too. */
const serverFailures = new Set([
  'server-unreachable',
  'server-unknown',
  'server-other',
  'auth-token',
  'message-version',
  'tls-expired',
  'tls-untrusted',
  'tls-failed',
  'fingerprint-mismatch',
]);

/**
 * Executes queued runs one after the other and shows how they go. One that fails does not keep those after it from
 * running, unless the server elsewhere is to blame; that, or a stop, leaves them queued. Returns the exit code.
 */
export async function executeInTurn(store: Store, runs: readonly Run[], network: NetworkOptions): Promise<number> {
  let current: Run | undefined;
  const { signal, end } = listen(() => {
    if (current) togglePause(store, current);
  });
  let code = 0;
  try {
    for (const run of runs) {
      if (signal.aborted) break;
      current = run;
      const failure = await executeShown(store, run, network, signal);
      if (failure === null) continue;
      code = failure === stopped ? exitCodes.stopped : reportFailure(failure);
      if (failure instanceof SluiceError && serverFailures.has(failure.code)) break;
    }
  } finally {
    end();
  }
  return code;
}

const stopped = Symbol('stopped');

/** What kept the run from its end, or null. */
async function executeShown(store: Store, run: Run, network: NetworkOptions, signal: AbortSignal): Promise<unknown> {
  const reached =
    curvesOf(store, [run])
      .flatMap(({ training }) => training.epochs)
      .at(-1)?.testAccuracy ?? null;
  const display = displayRun(run, reached);
  signal.addEventListener('abort', display.stopping, { once: true });
  try {
    const { status } = await executeHere(store, run.id, network, { signal, onEvent: display.event });
    display.end();
    return status === 'stopped' ? stopped : null;
  } catch (error) {
    display.end();
    return error;
  } finally {
    signal.removeEventListener('abort', display.stopping);
  }
}

function togglePause(store: Store, { id }: Run): void {
  const { status } = store.find(id);
  if (status === 'running') pauseRun(store, id);
  if (status === 'paused') continueRun(store, id);
}
