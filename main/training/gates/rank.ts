/** Arithmetic that gates have in common. */

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Whether maps that equal the budget's last one cross too, as in the published code, or the budget is exact. */
export type Ties = 'keep' | 'cut';

/** Indices of the `budget` largest scores, ascending; `ties` says what becomes of equal ones. */
export function keepLargest(scores: Float32Array, budget: number, ties: Ties): number[] {
  const ranked = Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a]);
  const last = scores[ranked[budget - 1]];
  const kept = ties === 'keep' ? ranked.filter((index) => scores[index] >= last) : ranked.slice(0, budget);
  return kept.sort((a, b) => a - b);
}

/** The entries of these maps. */
export function entriesOf(values: Float32Array, maps: readonly number[]): Float32Array {
  return Float32Array.from(maps, (map) => values[map]);
}
