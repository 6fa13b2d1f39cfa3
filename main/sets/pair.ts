import { SluiceError } from '../errors.ts';
import type { Cut, NetworkSpec } from '../model/spec.ts';
import { networkSpec } from '../model/zoo.ts';
import type { Budget } from '../records/column.ts';
import type { ModelSet, SetPair } from './manifest.ts';

/** What follows from the manifest of a set alone: pure, for browsers too. */

/** What the pair of a budget is called in paths and on the command line: `full` or the number of maps. */
export function budgetName(budget: Budget): string {
  return budget === null ? 'full' : String(budget);
}

/** The pair of a budget. Throws `budget-missing`, which names those that there are. */
export function pairOf({ name, pairs }: ModelSet, budget: Budget): SetPair {
  const found = pairs.find((pair) => pair.budget === budget);
  if (found) return found;
  const there = pairs.map((pair) => budgetName(pair.budget)).join(', ');
  throw new SluiceError(
    'budget-missing',
    `Model set "${name}" has no pair of budget ${budgetName(budget)}. It has ${there}: take one of these, or train that ` +
      'budget and make a set of the run.',
    { path: 'budget' },
  );
}

/** The network both halves are cut from. Throws `model-unknown`. */
export function networkOf({ network, images }: Pick<ModelSet, 'network' | 'images'>): NetworkSpec {
  const { shape, classes } = images;
  return networkSpec(network.name, { input: shape, classes: classes.length, width: network.width });
}

/** Where a pair is cut, its module with the maps that are left of it. */
export function cutOf({ cut: { layer, module } }: Pick<ModelSet, 'cut'>, { maps }: Pick<SetPair, 'maps'>): Cut {
  return { layer, module: module && maps !== null ? { ...module, maps } : module };
}

/** The budget to ask a pair's client half for: null (all its maps) where unsent ones were removed, else its own. */
export function requestBudget({ budget, maps }: Pick<SetPair, 'budget' | 'maps'>): Budget {
  return maps === null ? budget : null;
}
