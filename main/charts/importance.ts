import { random } from '../random.ts';
import { grownTree, marginals, type Tree } from './importance-tree.ts';

/** One run of several: what each setting was there, in the order of the settings, and what came of it. */
export interface Trial {
  readonly values: readonly unknown[];
  readonly result: number;
}

/**
 * How much of the variance of a result each setting explains by itself. `anova`: the runs are a full grid, each combination
 * as often as the others, and a setting's share is η² = SS(setting) / SS(total), its main effect (Fisher 1925). `forest`:
 * any others; a random forest predicts the result, and its variance over the values of the settings is taken apart (fANOVA:
 * Hutter, Hoos and Leyton-Brown, ICML 2014). What no setting explains alone is interactions, seeds and chance.
 */
export interface Importance {
  readonly method: 'anova' | 'forest';
  readonly runs: number;
  /** By the settings in the order given; between 0 and 1. */
  readonly shares: readonly number[];
  readonly rest: number;
}

/** What there is too little of to say how important settings are, as a sentence. */
export interface TooFew {
  readonly tooFew: string;
}

const leastTrials = 3;
/** Runs that a forest needs, at least and for each setting. */
const leastRuns = 10;
const runsForEach = 4;
const trees = 64;

/** The importance of settings that differ among trials. Results that are no number are left out. */
export function importanceOf(settings: readonly string[], all: readonly Trial[]): Importance | TooFew {
  const trials = all.filter(({ result }) => Number.isFinite(result));
  const levels = settings.map((_, i) => levelsOf(trials.map(({ values }) => values[i])));
  if (settings.length === 0) return { tooFew: 'The runs differ in no setting.' };
  if (trials.length < leastTrials || levels.every(({ count }) => count < 2)) {
    return { tooFew: needed(trials.length, Math.max(leastTrials, trials.length + 1)) };
  }
  const places = trials.map((_, row) => levels.map(({ places }) => places[row]));
  const results = trials.map(({ result }) => result);
  if (new Set(results).size === 1) return { tooFew: 'All runs came to the same result.' };
  const counts = levels.map(({ count }) => count);
  if (isBalanced(places, counts)) {
    // Main effects alone use up as many degrees of freedom; without one left they explain all there is.
    const least = 2 + counts.reduce((sum, count) => sum + count - 1, 0);
    if (trials.length < least) return { tooFew: needed(trials.length, least) };
    return summed('anova', trials.length, mainEffects(places, results, counts));
  }
  const least = Math.max(leastRuns, runsForEach * settings.length);
  if (trials.length < least) return { tooFew: needed(trials.length, least) };
  return summed('forest', trials.length, forestShares(places, results, counts));
}

function needed(runs: number, least: number): string {
  return `${runs} finished ${runs === 1 ? 'run is' : 'runs are'} too few to tell what matters: ${least} are needed.`;
}

function summed(method: Importance['method'], runs: number, shares: readonly number[]): Importance {
  const explained = shares.reduce((sum, share) => sum + share, 0);
  return { method, runs, shares, rest: Math.max(0, 1 - explained) };
}

/** The different values of a setting, numbers in their order, all else as it comes; and the place of each run's among them. */
function levelsOf(values: readonly unknown[]): { count: number; places: number[] } {
  const keys = values.map((value) => JSON.stringify(value ?? null));
  const numbers = values.every((value) => typeof value === 'number');
  const known = [...new Set(keys)];
  if (numbers) known.sort((a, b) => Number(a) - Number(b));
  return { count: known.length, places: keys.map((key) => known.indexOf(key)) };
}

/** Whether every combination is there, each as often as the others. */
function isBalanced(places: readonly (readonly number[])[], counts: readonly number[]): boolean {
  const cells = new Map<string, number>();
  for (const place of places) cells.set(place.join(), (cells.get(place.join()) ?? 0) + 1);
  const all = counts.reduce((product, count) => product * count, 1);
  return cells.size === all && new Set(cells.values()).size === 1;
}

/** SS(setting) / SS(total) of a balanced grid. */
function mainEffects(
  places: readonly (readonly number[])[],
  results: readonly number[],
  counts: readonly number[],
): number[] {
  const mean = meanOf(results);
  const total = results.reduce((sum, result) => sum + (result - mean) ** 2, 0);
  return counts.map((count, i) => {
    const means = Array.from({ length: count }, (_, level) =>
      meanOf(results.filter((_, row) => places[row][i] === level)),
    );
    return (results.length / count / total) * means.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  });
}

/** The mean over the trees of the share of each tree's variance that each setting explains alone. */
function forestShares(
  places: readonly (readonly number[])[],
  results: readonly number[],
  counts: readonly number[],
): number[] {
  const source = random(1, 'importance');
  const each = Array.from({ length: trees }, () => {
    const rows = places.map(() => source.integer(places.length));
    const tree = grownTree(
      rows.map((row) => places[row]),
      rows.map((row) => results[row]),
      source,
    );
    return treeShares(tree, places, counts);
  });
  const known = each.filter((shares) => shares !== null);
  return counts.map((_, i) => meanOf(known.map((shares) => shares[i])));
}

/** Null of a tree that predicts the same everywhere. */
function treeShares(tree: Tree, places: readonly (readonly number[])[], counts: readonly number[]): number[] | null {
  // Values are as likely as they come among the runs.
  const likely = counts.map((count, i) => {
    const found = Array<number>(count).fill(0);
    for (const place of places) found[place[i]] += 1 / places.length;
    return found;
  });
  const { mean, variance, settings } = marginals(tree, likely);
  if (variance === 0) return null;
  return settings.map((means, i) => {
    const own = means.reduce((sum, each, level) => sum + likely[i][level] * (each - mean) ** 2, 0);
    return own / variance;
  });
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
