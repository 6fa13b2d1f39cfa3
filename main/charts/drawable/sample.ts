/** What is drawn of a line: points by turns x and y, and how many points there are in the range. */
export interface Sampled {
  readonly points: Float64Array;
  readonly shown: number;
  readonly total: number;
}

/** A range on the x axis, both ends within. */
export type Range = readonly [from: number, to: number];

/**
 * Thins a line out to at most three points a bucket of equal width in x: its least, its greatest and its last value, in
 * their order. Thus no extreme is lost, wherever the points are dense. x must not fall; of the points outside of the
 * range the next one to either side stays, so that the line reaches the edges. With `logarithmic` the buckets are of
 * equal width on such an axis, and points at or below 0 are left out.
 */
export function bucketed(
  x: Float64Array,
  y: Float64Array,
  buckets: number,
  range?: Range,
  logarithmic = false,
): Sampled {
  const least = logarithmic ? firstAbove(x, 0) : 0;
  const from = range ? Math.max(least, firstAtLeast(x, range[0])) : least;
  const to = range ? firstAbove(x, range[1]) : x.length;
  const total = Math.max(0, to - from);
  const start = Math.max(least, from - 1);
  const end = Math.min(x.length, to + 1);
  if (end <= start) return { points: new Float64Array(0), shown: 0, total: 0 };
  if (end - start <= 3 * buckets)
    return { points: interleave(x.subarray(start, end), y.subarray(start, end)), shown: total, total };

  const scale = logarithmic ? Math.log : (value: number) => value;
  const origin = scale(x[from]);
  const perUnit = buckets / (scale(x[to - 1]) - origin || 1);
  const bucketOf = (i: number): number => Math.floor((scale(x[i]) - origin) * perUnit);
  // One bucket more for the very last value, and one for the neighbour on either side.
  const points = new Float64Array(6 * (buckets + 3));
  let length = 0;
  let first = start;
  let bucket = bucketOf(start);
  for (let i = start + 1; i <= end; i++) {
    const next = i < end ? bucketOf(i) : NaN;
    if (next === bucket) continue;
    length = keepBucket(x, y, first, i, points, length);
    first = i;
    bucket = next;
  }
  return { points: points.slice(0, length), shown: Math.min(total, length / 2), total };
}

/** Appends the least, greatest and last value of x[from..to) in their order; returns the new length. */
function keepBucket(
  x: Float64Array,
  y: Float64Array,
  from: number,
  to: number,
  points: Float64Array,
  length: number,
): number {
  const last = to - 1;
  let low = last;
  let high = last;
  for (let i = from; i < to; i++) {
    // A gap loses against every number.
    if (y[i] < y[low] || Number.isNaN(y[low])) low = i;
    if (y[i] > y[high] || Number.isNaN(y[high])) high = i;
  }
  const [one, other] = low < high ? [low, high] : [high, low];
  let end = length;
  let before = -1;
  for (const i of [one, other, last]) {
    if (i === before) continue;
    points[end++] = x[i];
    points[end++] = y[i];
    before = i;
  }
  return end;
}

/** The places of a line that lie in a range, each with its index. */
export function* placesWithin(x: Float64Array, range: Range | null): Generator<[index: number, place: number]> {
  for (const [i, place] of x.entries()) {
    if (!range || (place >= range[0] && place <= range[1])) yield [i, place];
  }
}

/** Points by turns x and y, as ECharts takes them. */
export function interleave(x: Float64Array, y: Float64Array): Float64Array {
  const points = new Float64Array(2 * x.length);
  for (let i = 0; i < x.length; i++) {
    points[2 * i] = x[i];
    points[2 * i + 1] = y[i];
  }
  return points;
}

/** Index of the first value that is `bound` or more, in values that do not fall. */
export function firstAtLeast(values: Float64Array, bound: number): number {
  return search(values, (value) => value >= bound);
}

/** Index of the first value that is more than `bound`. */
export function firstAbove(values: Float64Array, bound: number): number {
  return search(values, (value) => value > bound);
}

function search(values: Float64Array, found: (value: number) => boolean): number {
  let from = 0;
  let to = values.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (found(values[middle])) to = middle;
    else from = middle + 1;
  }
  return from;
}
