import type { Random } from '../random.ts';

/** A regression tree over settings whose values are places 0, 1, 2 …: up to `at` to the left, beyond to the right. */
export type Tree =
  number | { readonly setting: number; readonly at: number; readonly left: Tree; readonly right: Tree };

/** Rows in a node that is not split any more. */
const leastRows = 3;

/** Grows a tree of a random forest: the best split among those of a random part of the settings, as long as rows differ. */
export function grownTree(places: readonly (readonly number[])[], results: readonly number[], source: Random): Tree {
  const mean = results.reduce((sum, result) => sum + result, 0) / results.length;
  if (results.length < leastRows) return mean;
  const split = bestSplit(places, results, source);
  if (!split) return mean;
  const { setting, at } = split;
  const side = (left: boolean): Tree => {
    const rows = places.flatMap((place, row) => (place[setting] <= at === left ? [row] : []));
    return grownTree(
      rows.map((row) => places[row]),
      rows.map((row) => results[row]),
      source,
    );
  };
  return { setting, at, left: side(true), right: side(false) };
}

interface Split {
  readonly setting: number;
  readonly at: number;
  readonly gain: number;
}

/** Null where no split of the settings that were drawn lessens the variance. */
function bestSplit(places: readonly (readonly number[])[], results: readonly number[], source: Random): Split | null {
  const settings = places[0].map((_, i) => i);
  // As many as Hutter et al. take: five sixths, and one at least.
  const taken = settings.filter(() => source.uniform() < 5 / 6);
  let best: Split | null = null;
  for (const setting of taken.length > 0 ? taken : settings) {
    const split = splitOf(setting, places, results);
    if (split && split.gain > (best?.gain ?? 1e-12)) best = split;
  }
  return best;
}

/** The split of one setting that leaves the least variance on both sides. */
function splitOf(setting: number, places: readonly (readonly number[])[], results: readonly number[]): Split | null {
  const order = places.map((_, row) => row).sort((a, b) => places[a][setting] - places[b][setting]);
  const total = results.reduce((sum, result) => sum + result, 0);
  const count = results.length;
  let best: Split | null = null;
  let sum = 0;
  for (let i = 0; i < count - 1; i++) {
    sum += results[order[i]];
    const at = places[order[i]][setting];
    if (at === places[order[i + 1]][setting]) continue;
    // What the squares of the means of both sides have beyond that of the whole.
    const left = i + 1;
    const gain = sum ** 2 / left + (total - sum) ** 2 / (count - left) - total ** 2 / count;
    if (gain > (best?.gain ?? 0)) best = { setting, at, gain };
  }
  return best;
}

export interface Marginals {
  readonly mean: number;
  readonly variance: number;
  /** For each setting, what the tree predicts on average for each of its places. */
  readonly settings: readonly (readonly number[])[];
}

/** A tree's mean, variance and means by one setting, over values that are independent and so likely. */
export function marginals(tree: Tree, likely: readonly (readonly number[])[]): Marginals {
  const below = likely.map(summedUp);
  const leaves = leavesOf(
    tree,
    likely.map((of) => [0, of.length - 1] as const),
  );
  const boxes = leaves.map(({ box, value }) => {
    const shares = box.map(([from, to], i) => below[i][to + 1] - below[i][from]);
    return { box, value, shares, share: product(shares) };
  });
  const mean = boxes.reduce((sum, { value, share }) => sum + value * share, 0);
  const variance = boxes.reduce((sum, { value, share }) => sum + (value - mean) ** 2 * share, 0);
  const settings = likely.map((of, i) => {
    // What each box adds begins at its first place and ends after its last.
    const added = Array<number>(of.length + 1).fill(0);
    for (const { box, value, shares } of boxes) {
      const part = value * product(shares.with(i, 1));
      added[box[i][0]] += part;
      added[box[i][1] + 1] -= part;
    }
    return summedUp(added).slice(1, -1);
  });
  return { mean, variance, settings };
}

function product(values: readonly number[]): number {
  return values.reduce((all, value) => all * value, 1);
}

/** Of the first none, one, two … */
function summedUp(values: readonly number[]): number[] {
  let sum = 0;
  return [0, ...values.map((value) => (sum += value))];
}

interface Leaf {
  /** The first and last place of each setting that lead here. */
  readonly box: readonly (readonly [number, number])[];
  readonly value: number;
}

function leavesOf(tree: Tree, box: Leaf['box']): Leaf[] {
  if (typeof tree === 'number') return [{ box, value: tree }];
  const { setting, at, left, right } = tree;
  const [from, to] = box[setting];
  return [
    ...leavesOf(left, box.with(setting, [from, Math.min(to, at)])),
    ...leavesOf(right, box.with(setting, [Math.max(from, at + 1), to])),
  ];
}
