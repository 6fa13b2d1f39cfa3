import { bestEpoch, choosingAccuracy, type Scored } from '../records/best-epoch.ts';
import type { EpochData } from './data.ts';

/** What trainings achieved and what it cost, told from the ends of their epochs. */

type Ended = Scored & Pick<EpochData, 'budget' | 'bytesUp' | 'bytesDown' | 'samplesPerSecond' | 'seconds'>;

/** Bytes of both directions by the end of an epoch; 0 before the first. */
export function bytesBy(epoch: Pick<EpochData, 'bytesUp' | 'bytesDown'> | undefined): number {
  return epoch ? epoch.bytesUp + epoch.bytesDown : 0;
}

/** The best epoch's accuracy on the test set, and what it took to get there; NaN where none has ended. */
interface Best extends Reached {
  readonly accuracy: number;
}

/** The best epoch at the budget of the last one. */
export function bestAtEnd<T extends Pick<Ended, 'budget' | keyof Scored>>(epochs: readonly T[]): T | undefined {
  const budget = epochs.at(-1)?.budget;
  return bestEpoch(epochs.filter((epoch) => epoch.budget === budget));
}

/** The first of the best epochs at the budget of the last one: at another budget an accuracy is another model's. */
export function bestOf(epochs: readonly Ended[]): Best {
  const best = bestAtEnd(epochs);
  if (!best) return { accuracy: NaN, epochs: 0, bytes: 0 };
  return { accuracy: best.testAccuracy, epochs: epochs.indexOf(best) + 1, bytes: bytesBy(best) };
}

/** The greatest accuracy that it was chosen by, at that budget: on held-out images where there are some. */
export function bestScore(epochs: readonly Ended[]): number {
  const best = bestAtEnd(epochs);
  return best ? choosingAccuracy(best) : NaN;
}

export function bestAccuracy(epochs: readonly Ended[]): number {
  return bestOf(epochs).accuracy;
}

/** Samples a second over all epochs together, each for as long as it took; one without a speed had no samples. */
export function throughput(epochs: readonly Ended[]): number {
  let samples = 0;
  let before = 0;
  for (const { samplesPerSecond, seconds } of epochs) {
    if (!Number.isNaN(samplesPerSecond)) samples += samplesPerSecond * (seconds - before);
    before = seconds;
  }
  return samples / before;
}

export interface Reached {
  readonly epochs: number;
  readonly bytes: number;
}

/** What it took to the first epoch that ended with such an accuracy; null when none did. */
export function reachedBy(epochs: readonly Ended[], accuracy: number): Reached | null {
  const at = epochs.findIndex((epoch) => choosingAccuracy(epoch) >= accuracy);
  return at < 0 ? null : { epochs: at + 1, bytes: bytesBy(epochs[at]) };
}

/** The accuracy of the last epoch that ended within so many bytes, as they are written; null when none did. */
export function accuracyWithin(epochs: readonly Ended[], bytes: number): number | null {
  return epochs.findLast((epoch) => Math.min(bytesBy(epoch), rounded(bytesBy(epoch))) <= bytes)?.testAccuracy ?? null;
}

/** Three digits: as much as is written, and as a cursor can be placed. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/**
 * The accuracy to ask the price of unless another is wanted: 95 % of what the baseline's trainings ended with on
 * average, to a tenth of a percent. Null before they have finished an epoch.
 */
export function usualLevel(baseline: readonly (readonly Ended[])[]): number | null {
  const ends = baseline.flatMap((epochs) => epochs.at(-1)?.testAccuracy ?? []);
  if (ends.length === 0) return null;
  const mean = ends.reduce((sum, each) => sum + each, 0) / ends.length;
  return Math.round(950 * mean) / 1000;
}

/** The least accuracy that is worth a price, just above what guessing among the classes gives; null where none is known. */
export function leastLevel(classes: readonly (number | null)[]): number | null {
  const known = classes.filter((count) => count !== null);
  return known.length === 0 ? null : Math.floor(1000 / Math.min(...known) + 1) / 1000;
}
