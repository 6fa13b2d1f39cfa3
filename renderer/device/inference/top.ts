/** A class with its probability. */
export interface Ranked {
  readonly index: number;
  readonly name: string;
  readonly probability: number;
}

/** The likeliest classes by the softmax of their logits, best first. */
export function topOf(logits: Float32Array, classes: readonly string[], count: number): Ranked[] {
  const most = Math.max(...logits);
  const powers = Array.from(logits, (value) => Math.exp(value - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers
    .map((power, index) => ({ index, name: classes[index], probability: power / sum }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, count);
}
