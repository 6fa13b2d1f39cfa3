import type { EpochRecord } from './record.ts';

/** What tells how good a network is: on the test set, and on the images that are held out where some are. */
export type Scored = Pick<EpochRecord, 'testAccuracy'> & Partial<Pick<EpochRecord, 'validationAccuracy'>>;

/** What is chosen by: the accuracy on the images that are held out, or on the test set where none are. */
export function choosingAccuracy({ testAccuracy, validationAccuracy = NaN }: Scored): number {
  return Number.isNaN(validationAccuracy) ? testAccuracy : validationAccuracy;
}

/** The best by that, the first of equals; undefined where there is none. */
export function bestEpoch<T extends Scored>(epochs: readonly T[]): T | undefined {
  return epochs.reduce<T | undefined>(
    (best, each) => (best && !(choosingAccuracy(each) > choosingAccuracy(best)) ? best : each),
    undefined,
  );
}
