import { isDiskFull } from '../../disk.ts';
import { messageOf, SluiceError } from '../../errors.ts';
import type { Run } from '../store/run.ts';
import type { Store } from '../store/store.ts';
import { commandPollMs, setStatus, type Execution, type RunEvent } from './execution.ts';
import { executorElsewhere } from './executor.ts';
import { keepBeating } from './heartbeat.ts';
import { lockRun } from './lock.ts';
import { openLog } from './log.ts';

export interface RunControl {
  /** Aborted, as by Ctrl-C: the run saves a checkpoint and ends as stopped. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
}

const lockWaitMs = 500;

/**
 * Takes a queued run through its life while `train` does the training: from its last checkpoint when it has one, else
 * from the start. Resolves to the run as it then is, finished or stopped; what makes it fail is recorded and thrown.
 * Throws `run-busy` while another process executes it, here or on another machine.
 */
export async function performRun(
  store: Store,
  id: string,
  train: (session: Execution) => Promise<void>,
  control: RunControl = {},
): Promise<Run> {
  const folder = store.folder(id);
  const lock = lockRun(folder, lockWaitMs);
  if (!lock) throw runBusy(id, folder);
  const heart = keepBeating(folder);
  try {
    const run = store.find(id);
    if (run.status !== 'queued') {
      throw new SluiceError('run-status', `Run ${id} is ${run.status}; only a queued run can be executed.`);
    }
    const stop = new AbortController();
    const signal = control.signal ? AbortSignal.any([control.signal, stop.signal]) : stop.signal;
    const emit = control.onEvent ?? (() => undefined);
    const session: Execution = { store, run, folder, log: openLog(folder), emit, signal };
    const watch = setInterval(() => {
      try {
        if (store.wanted(id) === 'stop') stop.abort();
      } catch {
        // Whoever trains asks the store all the time, and is told there what is wrong with it.
      }
    }, commandPollMs);
    try {
      setStatus(session, 'running');
      await train(session);
      return setStatus(session, signal.aborted ? 'stopped' : 'finished');
    } catch (error) {
      throw recordFailure(session, error);
    } finally {
      clearInterval(watch);
    }
  } finally {
    await heart.stop();
    lock.release();
  }
}

function runBusy(id: string, folder: string): SluiceError {
  const elsewhere = executorElsewhere(folder)?.host;
  const where = elsewhere === undefined ? '' : ` on ${elsewhere}`;
  return new SluiceError('run-busy', `Run ${id} is already being executed by another process${where}.`);
}

/** Notes why a run failed and returns the error to show. */
function recordFailure(session: Execution, cause: unknown): unknown {
  const error = isDiskFull(cause) ? diskFull(session, cause) : cause;
  try {
    session.log('failed', { message: messageOf(error), stack: cause instanceof Error ? cause.stack : undefined });
    setStatus(session, 'failed', messageOf(error));
  } catch {
    // A full disk takes not even this; the run then shows as interrupted, and the error itself is thrown all the same.
  }
  return error;
}

function diskFull({ folder, run }: Execution, cause: unknown): SluiceError {
  const message =
    `There is no space left on the disk of ${folder}. The last checkpoint is intact: ` +
    `free some space, then go on from it with "sluice resume ${run.id}".`;
  return new SluiceError('disk-full', message, { cause });
}
