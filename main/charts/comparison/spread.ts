/** What seeds of an experiment have in common: the mean of those that have a value, and how far they lie apart. */
export interface Spread {
  readonly mean: number;
  /** Standard deviation of a sample; null for fewer than two. */
  readonly deviation: number | null;
  /** How many have a value, of how many. */
  readonly count: number;
  readonly of: number;
}

/** null where none has a value. */
export function spreadOf(values: readonly (number | null)[]): Spread | null {
  const known = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  if (known.length === 0) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = known.length > 1 ? Math.sqrt(squares / (known.length - 1)) : null;
  return { mean, deviation, count: known.length, of: values.length };
}
