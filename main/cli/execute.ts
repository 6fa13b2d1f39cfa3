import { formatSpan } from '../charts/formats.ts';
import { SluiceError } from '../errors.ts';
import { continueRun, pauseRun, stopRun } from '../runs/life/lifecycle.ts';
import { takeTurn } from '../runs/life/terminal-turn.ts';
import { executeHere } from '../processes/run/execute.ts';
import type { NetworkOptions } from '../processes/run/network.ts';
import { curvesOf } from '../exports/tables/curves.ts';
import type { RunEvent } from '../runs/life/execution.ts';
import type { Run } from '../runs/store/run.ts';
import type { Store } from '../runs/store/store.ts';
import type { LogTarget, RunTracking } from '../exports/tracking/live.ts';
import { displayRun, type Display } from './display.ts';
import { exitCodes, reportFailure } from './failure.ts';
import { besideWords, trainingBeside } from '../runs/life/beside.ts';
import { note, print } from './format.ts';
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
export async function executeInTurn(
  store: Store,
  runs: readonly Run[],
  network: NetworkOptions,
  targets: readonly LogTarget[] = [],
): Promise<number> {
  let current: Run | undefined;
  const { signal, end } = listen(() => {
    if (current) togglePause(store, current);
  });
  const turn = takeTurn(store, runs);
  let code = 0;
  try {
    for (const [i, run] of runs.entries()) {
      if (signal.aborted) break;
      // Another terminal, or the lab, may have taken it off meanwhile, or taken it up.
      if (!turn.waiting().has(run.id)) continue;
      current = run;
      const others = trainingBeside(store, run.id);
      if (others.length > 0) note(besideWords(run.id, others));
      if (runs.length > 1) print(placeWords(store, runs, i));
      const failure = await executeShown(store, run, network, { signal, targets });
      turn.leave(run.id);
      if (failure === null) continue;
      code = failure === stopped ? exitCodes.stopped : reportFailure(failure);
      if (failure instanceof SluiceError && serverFailures.has(failure.code)) break;
    }
    // They would be counted as waiting for a terminal that is gone.
    if (signal.aborted) for (const id of turn.waiting()) stopRun(store, id);
  } finally {
    await turn.end();
    end();
  }
  return code;
}

const stopped = Symbol('stopped');

/** Whether what kept a run from its end is that it was stopped, or stopped by itself where it was to. */
export function isStopped(failure: unknown): boolean {
  return failure === stopped;
}

/** `Run 3 of 12, about 20 min left`, by how long those before it took. */
function placeWords(store: Pick<Store, 'get'>, runs: readonly Run[], at: number): string {
  const took = runs.slice(0, at).flatMap(({ id }) => {
    const { status, startedAt, endedAt } = store.get(id);
    return status === 'finished' && startedAt && endedAt ? [(endedAt.getTime() - startedAt.getTime()) / 1000] : [];
  });
  const place = `Run ${at + 1} of ${runs.length}`;
  if (took.length === 0) return place;
  const each = took.reduce((sum, seconds) => sum + seconds, 0) / took.length;
  return `${place}, about ${formatSpan(each * (runs.length - at))} left`;
}

interface How {
  readonly signal: AbortSignal;
  /** What it is logged to besides. */
  readonly targets: readonly LogTarget[];
  /** Nothing of its progress is shown. */
  readonly quiet?: boolean;
}

const silent: Display = { event: () => undefined, stopping: () => undefined, end: () => undefined };

/** What kept the run from its end, or null. */
export async function executeShown(store: Store, run: Run, network: NetworkOptions, how: How): Promise<unknown> {
  const { signal, targets, quiet = false } = how;
  const reached =
    curvesOf(store, [run])
      .flatMap(({ training }) => training.epochs)
      .at(-1)?.testAccuracy ?? null;
  const display = quiet ? silent : displayRun(run, reached);
  const tracking = await trackingOf(store, run, targets, (message) => display.event({ kind: 'notice', message }));
  const onEvent = (event: RunEvent): void => {
    display.event(event);
    if (event.kind === 'epoch' || event.kind === 'pair') tracking?.look();
  };
  signal.addEventListener('abort', display.stopping, { once: true });
  try {
    const { status } = await executeHere(store, run.id, network, { signal, onEvent });
    await tracking?.end();
    display.end();
    return status === 'stopped' ? stopped : null;
  } catch (error) {
    await tracking?.end();
    display.end();
    return error;
  } finally {
    signal.removeEventListener('abort', display.stopping);
  }
}

/** Loaded for the few runs that are logged elsewhere. */
async function trackingOf(
  store: Store,
  run: Run,
  targets: readonly LogTarget[],
  say: (text: string) => void,
): Promise<RunTracking | null> {
  if (targets.length === 0) return null;
  const { trackRun } = await import('../exports/tracking/live.ts');
  return trackRun(store, run, targets, say);
}

function togglePause(store: Store, { id }: Run): void {
  const { status } = store.find(id);
  if (status === 'running') pauseRun(store, id);
  if (status === 'paused') continueRun(store, id);
}
