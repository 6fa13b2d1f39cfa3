import { continueRun, pauseRun } from '../runs/lifecycle.ts';
import { executeHere } from '../host/run/execute.ts';
import type { NetworkOptions } from '../host/run/network.ts';
import { curvesOf } from '../runs/curves.ts';
import type { Run } from '../runs/run.ts';
import type { Store } from '../runs/store.ts';
import { displayRun } from './display.ts';
import { exitCodes, reportFailure } from './failure.ts';
import { listen } from './interrupt.ts';

/**
 * Executes queued runs one after the other and shows how they go. One that fails does not keep those after it from
 * running; a stop leaves them queued. Returns the exit code.
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
      code = (await executeShown(store, run, network, signal)) || code;
    }
  } finally {
    end();
  }
  return code;
}

async function executeShown(store: Store, run: Run, network: NetworkOptions, signal: AbortSignal): Promise<number> {
  const reached =
    curvesOf(store, [run])
      .flatMap(({ epochs }) => epochs)
      .at(-1)?.testAccuracy ?? null;
  const display = displayRun(run, reached);
  signal.addEventListener('abort', display.stopping, { once: true });
  try {
    const { status } = await executeHere(store, run.id, network, { signal, onEvent: display.event });
    display.end();
    return status === 'stopped' ? exitCodes.stopped : 0;
  } catch (error) {
    display.end();
    return reportFailure(error);
  } finally {
    signal.removeEventListener('abort', display.stopping);
  }
}

function togglePause(store: Store, { id }: Run): void {
  const { status } = store.find(id);
  if (status === 'running') pauseRun(store, id);
  if (status === 'paused') continueRun(store, id);
}
