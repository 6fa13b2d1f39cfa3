import type { Phase, Training } from './plan.ts';
import type { TakenStep } from '../offload/protocol/control.ts';
import { secondsOf } from '../records/columns.ts';
import type { EpochRecord, PairRecord, StepRecord } from '../records/record.ts';
import { sinceEpoch, totalsOf, type Position, type Totals } from './snapshot.ts';

/** Everything the loop counts, changed as it goes and copied into snapshots. */
export type Counters = { -readonly [K in keyof Position]: Position[K] } & { -readonly [K in keyof Totals]: Totals[K] };

/** The two that counters are made of. */
export function placeAndTotals(counters: Counters): { readonly position: Position; readonly totals: Totals } {
  const { training, phase, epoch, batch, step, firstEpoch, ...totals } = counters;
  const moved = firstEpoch === undefined ? {} : { firstEpoch };
  return { position: { training, phase, epoch, batch, step, ...moved }, totals };
}

/** The epoch that a phase began at. */
export function firstEpochOf(phase: Phase, { firstEpoch }: Position): number {
  return firstEpoch ?? phase.firstEpoch;
}

/** The totals at the start of a training. */
export const nothingYet: Totals = totalsOf(() => 0);

/**
 * The record of a step that a server half took and whose source died before it told of it. What only the source could
 * know is missing: its time, the loss of its gate, and what frames and encryption added to the bytes.
 */
export function takenRecord({ training, phase, epoch }: Position, source: number, taken: TakenStep): StepRecord {
  const { bytesUp: wireUp, bytesDown: wireDown } = taken;
  const unknown = { pruneLoss: NaN, clientSeconds: 0, wireSeconds: 0 };
  return { kind: 'step', training, phase, source, epoch, ...taken, wireUp, wireDown, ...unknown };
}

/** Where a source stands behind a step, which took as long as its parts unless that is known better. */
export function behindStep(before: Counters, step: StepRecord, seconds = secondsOf(step)): Counters {
  return {
    ...before,
    batch: before.batch + 1,
    step: step.step + 1,
    bytesUp: before.bytesUp + step.bytesUp,
    bytesDown: before.bytesDown + step.bytesDown,
    wireUp: before.wireUp + step.wireUp,
    wireDown: before.wireDown + step.wireDown,
    seconds: before.seconds + seconds,
    epochLoss: before.epochLoss + step.crossEntropy * step.samples,
    epochCorrect: before.epochCorrect + step.correct,
    epochSamples: before.epochSamples + step.samples,
    epochSeconds: before.epochSeconds + seconds,
  };
}

/** Mean loss and accuracy on some images. */
export interface Score {
  readonly loss: number;
  readonly accuracy: number;
}

/** What the network was worth at the end of an epoch, and seconds it took to find out. */
export interface Evaluation {
  readonly test: Score;
  /** On the images that are held out; null where none are. */
  readonly validation: Score | null;
  /** Between images and what crosses; NaN where it was not measured. */
  readonly distanceCorrelation: number;
  readonly seconds: number;
}

/** What an epoch of one source came to. */
export function epochRecord(
  phase: Phase,
  progress: Counters,
  { test, validation, distanceCorrelation, seconds }: Evaluation,
  source: number,
): EpochRecord {
  const { epochLoss, epochCorrect, epochSamples, epochSeconds } = progress;
  return {
    kind: 'epoch',
    training: progress.training,
    phase: progress.phase,
    source,
    epoch: progress.epoch,
    budget: phase.budget,
    trainLoss: epochLoss / epochSamples,
    trainAccuracy: epochCorrect / epochSamples,
    testLoss: test.loss,
    testAccuracy: test.accuracy,
    bytesUp: progress.bytesUp,
    bytesDown: progress.bytesDown,
    wireUp: progress.wireUp,
    wireDown: progress.wireDown,
    samplesPerSecond: epochSamples / epochSeconds,
    seconds: progress.seconds,
    validationLoss: validation?.loss ?? NaN,
    validationAccuracy: validation?.accuracy ?? NaN,
    evaluationSeconds: seconds,
    distanceCorrelation,
  };
}

/** What a trained pair of client and server came to. */
export function pairRecord(epoch: EpochRecord, bytesPerSample: number): PairRecord {
  const { training, phase, source, budget, testAccuracy, testLoss, validationAccuracy, validationLoss } = epoch;
  const place = { training, phase, source, budget };
  const { distanceCorrelation } = epoch;
  return {
    kind: 'pair',
    ...place,
    testAccuracy,
    testLoss,
    bytesPerSample,
    validationAccuracy,
    validationLoss,
    distanceCorrelation,
  };
}

/** Goes on to the next epoch, and to the phase of this number among those of the training where another begins. */
export function advance(progress: Counters, phases: Training, phase = progress.phase): void {
  for (const name of sinceEpoch) progress[name] = nothingYet[name];
  progress.batch = 0;
  progress.epoch++;
  if (phase === progress.phase) return;
  progress.phase = phase;
  const asPlanned = phases[phase] === undefined || phases[phase].firstEpoch === progress.epoch;
  if (asPlanned) delete progress.firstEpoch;
  else progress.firstEpoch = progress.epoch;
}
