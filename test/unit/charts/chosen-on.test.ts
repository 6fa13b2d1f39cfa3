import { expect, it } from 'vitest';
import { chosenOnTestSet } from '../../../main/charts/comparison/chosen-on.ts';

const held = { epochs: [{ validationAccuracy: 0.5 }] };
const without = { epochs: [{ validationAccuracy: NaN }] };
const none = { epochs: [] };

it('is said where the test set chooses, and only there', () => {
  expect(chosenOnTestSet([held, none])).toBeNull();
  expect(chosenOnTestSet([])).toBeNull();
  expect(chosenOnTestSet([without, none])).toMatch(/^The best epochs were chosen on the test set itself/);
  expect(chosenOnTestSet([held, without])).toMatch(/^The best epochs of some of these were chosen on the test set/);
});
