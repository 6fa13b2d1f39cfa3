import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { SluiceError } from '../../errors.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { lockRun } from './lock.ts';
import type { Run, RunStatus } from '../store/run.ts';
import type { Store } from '../store/store.ts';

/**
 * What a user may ask of a run from any process: the one that executes it (execute.ts) looks for the command a few times
 * a second. Each throws `run-status` when the run is at a point of its life where the command makes no sense.
 */

/** Runs that are made between two looks at what the user wants. */
const createdAtOnce = 32;

/**
 * Queues experiments that are launched together: one run for each of their seeds, all in one group. All of them or none:
 * what fails, or the signal's abort, which is thrown, takes away those that were made.
 */
export async function createRuns(
  store: Store,
  experiments: readonly Experiment[],
  group: string,
  { project, signal }: { readonly project?: string; readonly signal?: AbortSignal } = {},
): Promise<Run[]> {
  const runs: Run[] = [];
  const searched = experiments.find(({ search }) => search);
  if (searched) {
    const message = `search: "${searched.name}" has a search, which is no run: start it with sluice search, or leave it out.`;
    throw new SluiceError('bad-experiment', message, { path: 'search' });
  }
  try {
    for (const experiment of experiments) {
      for (let at = 0; at < experiment.seeds.length; at += createdAtOnce) {
        await setImmediate();
        signal?.throwIfAborted();
        runs.push(...store.createEach(experiment, experiment.seeds.slice(at, at + createdAtOnce), group, project));
      }
    }
    return runs;
  } catch (error) {
    for (const { id } of runs) store.delete(id);
    throw error;
  }
}

/**
 * Queues a run again that ended before its time; executing it goes on from its last checkpoint. That is up to the
 * caller: the run is taken out of the lab's queue.
 */
export function resumeRun(store: Store, reference: string): Run {
  const run = store.find(reference);
  requireResumable(store, run);
  store.want(run.id, 'run');
  store.setHalt(run.id, null);
  store.dequeue(run.id);
  return run.status === 'queued' ? run : store.setStatus(run.id, 'queued');
}

/** Throws for a run that cannot be gone on with, and changes nothing. */
export function requireResumable(store: Store, run: Run): void {
  expect(run, ['stopped', 'failed', 'interrupted', 'queued'], 'resumed');
  requireCheckpoint(store, run);
}

/** Ends a run after a last checkpoint; the process that executes it does so at its next step. */
export function stopRun(store: Store, reference: string): Run {
  const run = store.find(reference);
  expect(run, ['queued', 'running', 'paused'], 'stopped');
  store.want(run.id, 'stop');
  if (run.status !== 'queued') return run;
  // Without the lock a process has just begun to execute it, and will see the command.
  const lock = lockRun(store.folder(run.id), 0);
  if (!lock) return run;
  try {
    return store.setStatus(run.id, 'stopped');
  } finally {
    lock.release();
  }
}

/** Lets a running run wait after its current step, and a queued one before it begins. */
export function pauseRun(store: Store, reference: string): Run {
  const run = store.find(reference);
  expect(run, ['queued', 'running', 'paused'], 'paused');
  store.want(run.id, 'pause');
  return run;
}

/** Lets a paused run go on: at once, or in its turn when that is given by a queue. */
export function continueRun(store: Store, reference: string, command: 'run' | 'turn' = 'run'): Run {
  const run = store.find(reference);
  expect(run, ['queued', 'running', 'paused'], 'continued');
  store.want(run.id, run.status === 'paused' ? command : 'run');
  return run;
}

/** Without its checkpoint a run that was brought in would begin anew, and what it has recorded would be gone. */
function requireCheckpoint(store: Store, { id, origin }: Run): void {
  const folder = store.folder(id);
  if (!origin || existsSync(join(folder, 'checkpoint'))) return;
  const how =
    origin.format === 'sluice'
      ? `Export run ${origin.run} with --checkpoints where it was trained and import that, or train`
      : 'Train';
  const message = `Run ${id} was brought in from ${origin.from} without a checkpoint to go on from. ${how} its settings anew: sluice run ${join(folder, 'experiment.json')}`;
  throw new SluiceError('no-checkpoint', message);
}

function expect(run: Run, statuses: readonly RunStatus[], done: string): void {
  if (statuses.includes(run.status)) return;
  const message = `Run ${run.id} is ${run.status}. Only a run that is ${statuses.join(' or ')} can be ${done}.`;
  throw new SluiceError('run-status', message);
}
