import { isDiskFull } from '../../disk.ts';
import { messageOf, SluiceError } from '../../errors.ts';
import type { Run } from '../store/run.ts';
import type { Store } from '../store/store.ts';
import { claimRun } from './claim.ts';
import { commandPollMs, setStatus, type Execution, type RunEvent, type TakenUp } from './execution.ts';
import { executorElsewhere } from './executor.ts';
import { heartbeatFile, keepBeating } from './heartbeat.ts';
import { keepLastRoom } from './last-room.ts';
import { lockRun } from './lock.ts';
import { openLog } from './log.ts';
import { openRunRecords, type RunRecords } from './run-records.ts';

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
  train: (execution: Execution) => Promise<void>,
  control: RunControl = {},
): Promise<Run> {
  const folder = store.folder(id);
  const lock = lockRun(folder, lockWaitMs);
  if (!lock) throw runBusy(id, folder);
  try {
    const claim = claimRun(folder);
    if (!claim) throw runBusy(id, folder);
    const heart = keepBeating(claim);
    try {
      return await perform(store, id, train, control);
    } finally {
      await heart.stop();
    }
  } finally {
    lock.release();
  }
}

async function perform(
  store: Store,
  id: string,
  train: (execution: Execution) => Promise<void>,
  { signal: asked, onEvent: emit = () => undefined }: RunControl,
): Promise<Run> {
  const folder = store.folder(id);
  const run = store.find(id);
  if (run.status !== 'queued') {
    throw new SluiceError('run-status', `Run ${id} is ${run.status}; only a queued run can be executed.`);
  }
  const stop = new AbortController();
  const signal = asked ? AbortSignal.any([asked, stop.signal]) : stop.signal;
  const taken: TakenUp = { store, run, folder, log: openLog(folder), emit, signal, stop: () => stop.abort() };
  const watch = setInterval(() => {
    try {
      if (store.wanted(id) === 'stop') stop.abort();
    } catch {
      // Whoever trains asks the store all the time, and is told there what is wrong with it.
    }
  }, commandPollMs);
  const room = keepLastRoom(folder);
  let records: RunRecords | null = null;
  try {
    setStatus(taken, 'running');
    records = await openRunRecords(taken);
    // It may have its uid only now.
    await train({ ...taken, run: store.get(id), records });
    records.verify();
    return setStatus(taken, signal.aborted ? 'stopped' : 'finished');
  } catch (error) {
    room.give();
    throw recordFailure(taken, error);
  } finally {
    room.give();
    clearInterval(watch);
    records?.close();
  }
}

function runBusy(id: string, folder: string): SluiceError {
  const elsewhere = executorElsewhere(folder);
  if (elsewhere?.host === null) {
    const message =
      `Run ${id} may be executed on another machine: ${heartbeatFile(folder)} was written a moment ago, and cannot be ` +
      'read. Wait half a minute, or delete it if no machine executes the run.';
    return new SluiceError('run-busy', message);
  }
  const where = elsewhere ? ` on ${elsewhere.host}` : '';
  return new SluiceError('run-busy', `Run ${id} is already being executed by another process${where}.`);
}

/** Notes why a run failed and returns the error to show. */
function recordFailure(execution: TakenUp, cause: unknown): unknown {
  const error = isDiskFull(cause) ? diskFull(execution, cause) : cause;
  // What takes one of them need not take the other; the error itself is thrown all the same.
  attempt(() =>
    execution.log('failed', { message: messageOf(error), stack: cause instanceof Error ? cause.stack : undefined }),
  );
  attempt(() => setStatus(execution, 'failed', messageOf(error)));
  return error;
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // A disk without any room: the run then shows as interrupted.
  }
}

function diskFull({ folder, run }: TakenUp, cause: unknown): SluiceError {
  const message =
    `There is no space left on the disk of ${folder}. The last checkpoint is intact: ` +
    `free some space, then go on from it with "sluice resume ${run.id}".`;
  return new SluiceError('disk-full', message, { cause });
}
