import type { RunProgress } from '../../api.ts';
import { describeDataset } from '../../data/datasets.ts';
import { SluiceError } from '../../errors.ts';
import { secondsOfSteps } from '../../records/columns.ts';
import type { StepColumns } from '../../records/record.ts';
import { countEpochs } from '../../runs/experiment/epochs-of-run.ts';
import { planTraffic } from '../../runs/experiment/plan-traffic.ts';
import { meterProgress, type Progress, type RunSize } from '../../runs/life/progress.ts';
import type { Run } from '../../runs/store/run.ts';
import type { Store } from '../../runs/store/store.ts';
import type { EpochRecord } from '../../records/record.ts';

/** A run under way, as its records tell, whichever process makes them. */
export interface LiveRun {
  /** Reads what is new; returns whether there was anything. A pause is not held against its speed. */
  advance(paused: boolean): boolean;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** null before its first step. */
  readonly progress: RunProgress | null;
}

/** Rows to measure the speed of a run by that was under way before. */
const recentRows = 200;
const pageSteps = 5000;

/** Follows a run from where it is. A later call goes on from there, also when a resumed run went back. */
export function followLive(store: Store, run: Run): LiveRun {
  const size = sizeOf(run);
  let generation = store.generation(run.id);
  let measure = measureRun(store, run, size);
  return {
    advance: (paused) => {
      const now = store.generation(run.id);
      if (now === generation) return measure.advance(paused);
      generation = now;
      measure = measureRun(store, run, size);
      return true;
    },
    get bytesUp() {
      return measure.bytesUp;
    },
    get bytesDown() {
      return measure.bytesDown;
    },
    get progress() {
      return measure.progress;
    },
  };
}

/** Of all its sources; null when the data set is gone. */
function sizeOf({ experiment }: Run): RunSize | null {
  try {
    const { steps } = planTraffic(experiment, describeDataset(experiment.dataset.name));
    const epochs = experiment.phases.reduce((sum, phase) => sum + phase.epochs, 0);
    return { stepsPerEpoch: steps / epochs, epochs };
  } catch (error) {
    if (error instanceof SluiceError) return null;
    throw error;
  }
}

function measureRun(store: Store, run: Run, planned: RunSize | null): LiveRun {
  let epochs = store.epochs(run.id);
  const count = countEpochs(run.experiment, () => store.epochs(run.id));
  const totals = store.stepTotals(run.id);
  let { bytesUp, bytesDown } = totals;
  const recent = store.stepColumns(run.id, Math.max(0, totals.row - recentRows), recentRows);
  let { row } = recent;
  // Seconds of training as the records have them: when they arrive says little, as they come in batches.
  let clock = 0;
  const sum = (column: Float64Array): number => column.reduce((total, value) => total + value, 0);
  const before = {
    steps: totals.steps - recent.columns.step.length,
    bytes: bytesUp + bytesDown - sum(recent.columns.bytesUp) - sum(recent.columns.bytesDown),
  };
  const size = planned && {
    stepsPerEpoch: planned.stepsPerEpoch,
    get epochs() {
      return count.epochs;
    },
  };
  const meter = size && meterProgress(size, before, () => clock);
  let latest: Progress | null = null;
  let sources = 1;
  const take = (columns: StepColumns): void => {
    const seconds = secondsOfSteps(columns);
    for (let i = 0; meter && i < columns.step.length; i++) {
      count.enter({ training: columns.training[i], phase: columns.phase[i] });
      sources = Math.max(sources, columns.source[i] + 1);
      // They train at the same time.
      clock += seconds[i] / sources;
      latest = meter.step(stepAt(columns, i));
    }
  };
  const overhead = overheadOfEpochs();
  take(recent.columns);
  return {
    advance: (paused) => {
      const before = epochs.length;
      epochs = store.epochs(run.id);
      const seconds = overhead(epochs.at(-1), paused);
      if (seconds !== null) {
        clock += seconds;
        meter?.other({ kind: 'epoch' });
      }
      const { columns, row: next } = store.stepColumns(run.id, row, pageSteps);
      // The last steps of an epoch are recorded before it, and a pause may follow.
      if (next === row) return epochs.length !== before;
      row = next;
      bytesUp += sum(columns.bytesUp);
      bytesDown += sum(columns.bytesDown);
      take(columns);
      return true;
    },
    get bytesUp() {
      return bytesUp;
    },
    get bytesDown() {
      return bytesDown;
    },
    get progress() {
      return latest && progressOf(latest);
    },
  };
}

/** Seconds that an epoch took besides its steps (evaluation, a checkpoint), once for each that was seen from its start. */
function overheadOfEpochs(): (last: EpochRecord | undefined, paused: boolean) => number | null {
  let seen: { epoch: string; seconds: number; at: number } | null = null;
  return (last, paused) => {
    if (paused) seen = null;
    const epoch = last && `${last.training} ${last.epoch}`;
    if (paused || epoch === undefined || seen?.epoch === epoch) return null;
    const before = seen;
    seen = { epoch, seconds: last!.seconds, at: performance.now() / 1000 };
    const trained = seen.seconds - (before?.seconds ?? Infinity);
    return before && trained > 0 ? Math.max(0, seen.at - before.at - trained) : null;
  };
}

function stepAt(columns: StepColumns, i: number): Parameters<ReturnType<typeof meterProgress>['step']>[0] {
  return {
    training: columns.training[i],
    phase: columns.phase[i],
    budget: Number.isNaN(columns.budget[i]) ? null : columns.budget[i],
    epoch: columns.epoch[i],
    crossEntropy: columns.crossEntropy[i],
    samples: columns.samples[i],
    bytesUp: columns.bytesUp[i],
    bytesDown: columns.bytesDown[i],
  };
}

function progressOf(progress: Progress): RunProgress {
  const { training, phase, budget, epoch, runEpoch, runEpochs, stepsDone, totalSteps } = progress;
  const { crossEntropy, samplesPerSecond, etaSeconds: secondsLeft } = progress;
  const place = { training, phase, budget, epoch, runEpoch, runEpochs, stepsDone, totalSteps };
  return { ...place, crossEntropy, samplesPerSecond, secondsLeft };
}
