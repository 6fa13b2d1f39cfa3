/** A class, and how sure the network is of it. */
export interface Ranked {
  readonly index: number;
  /** Softmax of the logits, from 0 to 1. */
  readonly probability: number;
}

/** The most likely classes, the first the likeliest; of equals the one that comes first. */
export function topClasses(logits: Float32Array, most: number): Ranked[] {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = Array.from(logits, (value) => Math.exp(value - largest));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights
    .map((weight, index) => ({ index, probability: weight / sum }))
    .sort((a, b) => b.probability - a.probability || a.index - b.index)
    .slice(0, most);
}
