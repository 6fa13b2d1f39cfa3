import type { BatchSource } from '../../data/source.ts';
import type { Engine, EngineOptions } from '../../engine/adapter.ts';
import { messageOf, SluiceError } from '../../errors.ts';
import type { Snapshot, TrainingEvent } from '../../training/snapshot.ts';
import { loadCheckpoint } from '../checkpoint/checkpoint.ts';
import { isDiskFull } from '../../disk.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { followTraining, setStatus, commandPollMs, type RunEvent, type Execution } from './follow.ts';
import { lockRun } from './lock.ts';
import { openLog } from './log.ts';
import type { RunSize } from './progress.ts';
import type { Run } from '../store/run.ts';
import type { Store } from '../store/store.ts';

/** What a run is made of that comes from outside this folder. */
export interface RunParts {
  openEngine(choice: Experiment['engine'], options: EngineOptions): Promise<Pick<Engine, 'name' | 'device' | 'detail'>>;
  openBatches(options: BatchOptions): Promise<BatchSource>;
  /**
   * The events of one run's training. A pair record comes right before its final checkpoint; when the signal is
   * aborted, a last checkpoint comes and then the end.
   */
  train(
    experiment: Experiment,
    seed: number,
    data: BatchSource,
    options: { readonly resume?: Snapshot; readonly signal: AbortSignal },
  ): AsyncIterable<TrainingEvent>;
}

interface BatchOptions {
  readonly dataset: string;
  readonly trainSamples?: number;
  readonly testSamples?: number;
  readonly augment: boolean;
  readonly batchSize: number;
  readonly seed: number;
}

export interface RunControl {
  /** Aborted, as by Ctrl-C: the run saves a checkpoint and ends as stopped. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
}

const lockWaitMs = 500;

/**
 * Executes a queued run in this process: from its last checkpoint when it has one, else from the start. Resolves to the
 * run as it then is, finished or stopped; what makes it fail is recorded and thrown.
 */
export function executeRun(store: Store, id: string, parts: RunParts, control: RunControl = {}): Promise<Run> {
  return performRun(store, id, (session) => train(session, parts), control);
}

/** Takes a queued run through its life while `perform` does the training, however it does it. As executeRun otherwise. */
export async function performRun(
  store: Store,
  id: string,
  perform: (session: Execution) => Promise<void>,
  control: RunControl = {},
): Promise<Run> {
  const folder = store.folder(id);
  const lock = lockRun(folder, lockWaitMs);
  if (!lock) throw new SluiceError('run-busy', `Run ${id} is already being executed by another process.`);
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
        // Whoever performs the run asks the store all the time, and is told there what is wrong with it.
      }
    }, commandPollMs);
    try {
      setStatus(session, 'running');
      await perform(session);
      return setStatus(session, signal.aborted ? 'stopped' : 'finished');
    } catch (error) {
      throw recordFailure(session, error);
    } finally {
      clearInterval(watch);
    }
  } finally {
    lock.release();
  }
}

async function train(session: Execution, parts: RunParts): Promise<void> {
  const { store, run, log, folder, signal } = session;
  const { dataset, batchSize, threads, engine: choice } = run.experiment;
  const { name, device, detail } = await parts.openEngine(choice, { threads });
  store.setEngine(run.id, `${name} · ${device}, ${detail}`);
  log('engine', { name, device, detail });
  const resume = (await loadCheckpoint(folder)).get(0);
  store.truncateAfter(run.id, resume?.position ?? null);
  if (resume) log('resumed', { ...resume.position });
  const { name: datasetName, ...subset } = dataset;
  const data = await parts.openBatches({ dataset: datasetName, ...subset, batchSize, seed: run.seed });
  try {
    const events = parts.train(run.experiment, run.seed, data, { resume, signal });
    await followTraining(session, events, sizeOf(run.experiment, data));
  } finally {
    await data.close();
  }
}

/** Every method takes the epochs of all phases, whether in one training or several. */
function sizeOf({ phases, dataset, batchSize }: Experiment, { info }: BatchSource): RunSize {
  const samples = Math.min(dataset.trainSamples ?? Infinity, info.trainSamples);
  return {
    stepsPerEpoch: Math.ceil(samples / batchSize),
    epochs: phases.reduce((sum, { epochs }) => sum + epochs, 0),
  };
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
