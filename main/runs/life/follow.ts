import { setImmediate, setTimeout } from 'node:timers/promises';
import type { EpochRecord, PairRecord } from '../../records/record.ts';
import type { Checkpoint, TrainingEvent } from '../../training/snapshot.ts';
import { saveCheckpoint, savePair } from '../checkpoint/checkpoint.ts';
import type { RunLog } from './log.ts';
import { meterProgress, type Progress, type RunSize } from './progress.ts';
import { recordRun } from './recorder.ts';
import { isHeld } from '../store/run-table.ts';
import type { Run, RunStatus } from '../store/run.ts';
import type { Store } from '../store/store.ts';

/** What a run tells whoever watches it in this process. The store has everything but the progress. */
export type RunEvent = Progress | EpochRecord | PairRecord | { readonly kind: 'status'; readonly run: Run };

/** A run that this process executes. */
export interface Execution {
  readonly store: Store;
  readonly run: Run;
  readonly folder: string;
  readonly log: RunLog;
  readonly emit: (event: RunEvent) => void;
  /** Aborted when the run shall save a checkpoint and stop. */
  readonly signal: AbortSignal;
}

/** How often a waiting process looks up what the user wants. */
export const commandPollMs = 250;

export function setStatus({ store, run, log, emit }: Execution, status: RunStatus, error?: string): Run {
  const changed = store.setStatus(run.id, status, error);
  log('status', { status, error });
  emit({ kind: 'status', run: changed });
  return changed;
}

/** Pulls a training to its end: records what it yields, saves its checkpoints, and waits while the user wants a pause. */
export async function followTraining(
  session: Execution,
  events: AsyncIterable<TrainingEvent>,
  size: RunSize,
): Promise<void> {
  const { store, run, log, emit } = session;
  const recorder = recordRun(store, run.id, size);
  const meter = meterProgress(size, { steps: store.stepCount(run.id), bytes: store.byteCount(run.id) });
  let pair: PairRecord | null = null;
  for await (const event of events) {
    if (event.kind === 'checkpoint') {
      // Records first: on resuming, steps beyond the checkpoint can be cut off, steps before it could not be had again.
      recorder.flush();
      await keep(session, event, pair);
    } else {
      recorder.add(event);
    }
    if (event.kind === 'pair') pair = event;
    if (event.kind === 'epoch' || event.kind === 'pair') {
      log(event.kind, { ...event });
      emit(event);
    }
    if (event.kind === 'step') emit(meter.step(event));
    else meter.other(event);
    // Lets timers and signals in: a training may never leave the microtask queue.
    await setImmediate();
    if (isHeld(store.wanted(run.id))) {
      recorder.flush();
      await waitPaused(session);
      meter.skip();
    }
  }
  recorder.flush();
}

/** Saves a checkpoint, and the pair that it ends with: first the pair, as nothing before the checkpoint is made again. */
async function keep(
  { folder, run, log }: Execution,
  { final, snapshot }: Checkpoint,
  pair: PairRecord | null,
): Promise<void> {
  if (final) {
    if (!pair) throw new Error('A final checkpoint came without its pair record.');
    if (snapshot.server.kind !== 'state') throw new Error('A final checkpoint came without the server half.');
    await savePair(folder, run, pair, { client: snapshot.client.weights, server: snapshot.server.state.weights });
  }
  await saveCheckpoint(folder, new Map([[0, snapshot]]));
  log('checkpoint', { ...snapshot.position });
}

async function waitPaused(session: Execution): Promise<void> {
  const { store, run, signal } = session;
  setStatus(session, 'paused');
  while (isHeld(store.wanted(run.id)) && !signal.aborted) await setTimeout(commandPollMs);
  setStatus(session, 'running');
}
