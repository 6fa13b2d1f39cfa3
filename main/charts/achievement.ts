import type { EpochData } from './data.ts';

/** What trainings achieved and what it cost, told from the ends of their epochs. */

type Ended = Pick<EpochData, 'testAccuracy' | 'bytesUp' | 'bytesDown' | 'samplesPerSecond' | 'seconds'>;

/** Bytes of both directions by the end of an epoch; 0 before the first. */
export function bytesBy(epoch: Pick<EpochData, 'bytesUp' | 'bytesDown'> | undefined): number {
  return epoch ? epoch.bytesUp + epoch.bytesDown : 0;
}

export function bestAccuracy(epochs: readonly Ended[]): number {
  return epochs.reduce((most, { testAccuracy }) => Math.max(most, testAccuracy), 0);
}

/** Samples a second over all epochs together, each for as long as it took. */
export function throughput(epochs: readonly Ended[]): number {
  let samples = 0;
  let before = 0;
  for (const { samplesPerSecond, seconds } of epochs) {
    samples += samplesPerSecond * (seconds - before);
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
  const at = epochs.findIndex(({ testAccuracy }) => testAccuracy >= accuracy);
  return at < 0 ? null : { epochs: at + 1, bytes: bytesBy(epochs[at]) };
}

/** The accuracy of the last epoch that ended within so many bytes; null when none did. */
export function accuracyWithin(epochs: readonly Ended[], bytes: number): number | null {
  return epochs.findLast((epoch) => bytesBy(epoch) <= bytes)?.testAccuracy ?? null;
}
