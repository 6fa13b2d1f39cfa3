import { expect, it } from 'vitest';
import { bestAccuracy, reachedBy } from '../../../main/charts/achievement.ts';
import { bestEpoch } from '../../../main/records/best-epoch.ts';
import { epochRecord } from '../../support/run-records.ts';

const epochs = [
  { testAccuracy: 0.4, validationAccuracy: 0.5 },
  { testAccuracy: 0.6, validationAccuracy: 0.7 },
  { testAccuracy: 0.8, validationAccuracy: 0.65 },
  { testAccuracy: 0.7, validationAccuracy: 0.7 },
].map((scores, epoch) => epochRecord(epoch, { ...scores, bytesUp: 100 * (epoch + 1), bytesDown: 0 }));

it('the best epoch is chosen on the images held out, and its accuracy on the test set is told', () => {
  expect(bestEpoch(epochs)).toBe(epochs[1]);
  expect(bestAccuracy(epochs)).toBe(0.6);
  expect(reachedBy(epochs, 0.65)).toEqual({ epochs: 2, bytes: 200 });
  expect(reachedBy(epochs, 0.75)).toBeNull();
});

it('without them the test set chooses', () => {
  const tested = epochs.map((epoch) => ({ ...epoch, validationAccuracy: NaN }));
  expect(bestEpoch(tested)).toBe(tested[2]);
  expect(bestAccuracy(tested)).toBe(0.8);
  expect(reachedBy(tested, 0.75)).toEqual({ epochs: 3, bytes: 300 });
  const none = bestEpoch(tested.slice(0, 0));
  expect(none).toBeUndefined();
});
