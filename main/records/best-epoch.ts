import type { Budget } from './column.ts';
import type { EpochRecord } from './record.ts';

/** Of a phase that leads to a pair a run keeps the last epoch, and with a choice to make (validation, a stop) its best one. */
export const keptEpochs = ['last', 'best'] as const;
export type KeptEpoch = (typeof keptEpochs)[number];

/** Whether a run of these settings keeps the best epochs of its pairs beside the last. */
export function keepsBest({ stop, validation }: { readonly stop?: unknown; readonly validation?: unknown }): boolean {
  return stop !== undefined || validation !== undefined;
}

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

/** The best pair of each budget by that; among equals the first. */
export function bestPairs<T extends Scored & { readonly budget: Budget }>(pairs: readonly T[]): T[] {
  const best = new Map<Budget, T>();
  for (const pair of pairs) {
    const before = best.get(pair.budget);
    if (!before || choosingAccuracy(pair) > choosingAccuracy(before)) best.set(pair.budget, pair);
  }
  return [...best.values()];
}
