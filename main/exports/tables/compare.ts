import { bestAccuracy, bytesBy, reachedBy, throughput, type Reached } from '../../charts/achievement.ts';
import { bestEpoch, choosingAccuracy } from '../../records/best-epoch.ts';
import type { Budget } from '../../records/column.ts';
import type { EpochRecord } from '../../records/record.ts';
import type { Curve } from './curves.ts';

/** What one training achieved and what it cost; `null` where it has no finished epoch. */
export interface Comparison {
  readonly curve: Curve;
  readonly result: TrainingResult | null;
}

interface TrainingResult {
  readonly epochs: number;
  readonly bestAccuracy: number;
  readonly lastAccuracy: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** How many times the bytes of this training go into those of the one that sent most. */
  readonly ratio: number;
  readonly samplesPerSecond: number;
  /** What it took to reach the accuracy asked for; `null` when it never did. */
  readonly reached: Reached | null;
}

/** A member of the model set Θ and the training that led to it. */
export interface PairResult {
  readonly curve: Curve;
  readonly budget: Budget;
  readonly testAccuracy: number;
  readonly bestAccuracy: number;
  /** Epochs of its phase, and how many of them it took to the best accuracy (or the one asked for). */
  readonly epochs: number;
  readonly epochsToBest: number;
  readonly epochsToReach: number | null;
  readonly bytesPerSample: number;
}

/** Compares trainings; `reach` is an accuracy between 0 and 1. */
export function compareCurves(curves: readonly Curve[], reach?: number): Comparison[] {
  const most = Math.max(...curves.map(({ epochs }) => bytesBy(epochs.at(-1))));
  return curves.map((curve) => ({ curve, result: resultOf(curve.epochs, most, reach) }));
}

function resultOf(epochs: readonly EpochRecord[], most: number, reach: number | undefined): TrainingResult | null {
  const last = epochs.at(-1);
  if (!last) return null;
  return {
    epochs: epochs.length,
    bestAccuracy: bestAccuracy(epochs),
    lastAccuracy: last.testAccuracy,
    bytesUp: last.bytesUp,
    bytesDown: last.bytesDown,
    ratio: most / bytesBy(last),
    samplesPerSecond: throughput(epochs),
    reached: reach === undefined ? null : reachedBy(epochs, reach),
  };
}

/** The pairs that trainings ended with, phase by phase. */
export function comparePairs(curves: readonly Curve[], reach?: number): PairResult[] {
  return curves.flatMap((curve) =>
    curve.pairs.map(({ phase, budget, testAccuracy, bytesPerSample }) => {
      const own = curve.epochs.filter((epoch) => epoch.phase === phase);
      const best = bestEpoch(own);
      const reached = reach === undefined ? -1 : own.findIndex((epoch) => choosingAccuracy(epoch) >= reach);
      return {
        curve,
        budget,
        testAccuracy,
        bestAccuracy: best?.testAccuracy ?? testAccuracy,
        bytesPerSample,
        epochs: own.length,
        epochsToBest: best ? own.indexOf(best) + 1 : 0,
        epochsToReach: reached < 0 ? null : reached + 1,
      };
    }),
  );
}
