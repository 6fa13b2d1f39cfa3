import type { Budget } from '../../records/column.ts';
import type { StepRecord } from '../../records/record.ts';
import type { TrainingEvent } from '../../training/snapshot.ts';

/** How far a run is. Counts of steps are over the whole run, all its trainings together. */
export interface Progress {
  readonly kind: 'progress';
  readonly training: number;
  readonly phase: number;
  readonly budget: Budget;
  /** Epoch of the training, from 0. */
  readonly epoch: number;
  /** The epoch of the whole run, from 1, and how many it has, all its trainings together. */
  readonly runEpoch: number;
  readonly runEpochs: number;
  readonly stepsDone: number;
  readonly totalSteps: number;
  readonly crossEntropy: number;
  /** Training traffic of the whole run so far, both directions. */
  readonly bytesDone: number;
  /** Of the last steps. */
  readonly samplesPerSecond: number;
  readonly etaSeconds: number;
}

/** Read anew at every step: it grows as data sources say how much they have. */
export interface RunSize {
  readonly stepsPerEpoch: number;
  readonly epochs: number;
}

/** What is measured of a step. */
type MeasuredStep = Pick<
  StepRecord,
  'training' | 'phase' | 'budget' | 'epoch' | 'crossEntropy' | 'samples' | 'bytesUp' | 'bytesDown'
>;

interface ProgressMeter {
  /** To be called as each step arrives. */
  step(record: MeasuredStep): Progress;
  /** To be called when any other event has been dealt with. */
  other(event: Pick<TrainingEvent, 'kind'>): void;
  /** Leaves out the time since the last call, as after a pause. */
  skip(): void;
}

/** Weight of the newest step in the smoothed figures; the first steps are averaged plainly. */
const smoothing = 0.05;

/**
 * Measures a run that has so many steps and bytes behind it. The seconds a step takes are smoothed, as phases differ in speed;
 * what an epoch costs besides its steps (evaluation, checkpoint) is averaged apart, so that it does not jolt the time left.
 */
export function meterProgress(
  size: RunSize,
  done: { readonly steps: number; readonly bytes: number },
  now: () => number = () => performance.now() / 1000,
): ProgressMeter {
  let { steps: stepsDone, bytes: bytesDone } = done;
  const mean = { samples: 0, seconds: 0 };
  const overhead = { seconds: 0, epochs: 0 };
  let stepsMeasured = 0;
  let last = now();
  const lap = (): number => {
    const start = last;
    last = now();
    return last - start;
  };
  return {
    step: ({ training, phase, budget, epoch, crossEntropy, samples, bytesUp, bytesDown }) => {
      stepsDone += 1;
      bytesDone += bytesUp + bytesDown;
      stepsMeasured += 1;
      const weight = Math.max(smoothing, 1 / stepsMeasured);
      mean.samples += weight * (samples - mean.samples);
      mean.seconds += weight * (lap() - mean.seconds);
      const { stepsPerEpoch, epochs } = size;
      const totalSteps = stepsPerEpoch * epochs;
      const stepsLeft = Math.max(0, totalSteps - stepsDone);
      const epochOverhead = overhead.seconds / Math.max(1, overhead.epochs);
      const etaSeconds = stepsLeft * mean.seconds + Math.ceil(stepsLeft / stepsPerEpoch) * epochOverhead;
      const samplesPerSecond = mean.seconds > 0 ? mean.samples / mean.seconds : 0;
      const runEpoch = Math.min(epochs, Math.ceil(stepsDone / stepsPerEpoch));
      const place = { training, phase, budget, epoch, runEpoch, runEpochs: epochs, stepsDone, totalSteps };
      return { kind: 'progress', ...place, crossEntropy, bytesDone, samplesPerSecond, etaSeconds };
    },
    other: (event) => {
      overhead.seconds += lap();
      if (event.kind === 'epoch') overhead.epochs += 1;
    },
    skip: () => void lap(),
  };
}
