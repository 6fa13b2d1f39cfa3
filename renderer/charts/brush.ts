import type { ParallelRow } from '../../main/charts/drawable/parallel.ts';
import type { Range } from '../../main/charts/drawable/sample.ts';

/** What is chosen on each axis of parallel coordinates, by its place: ranges of values; all of them where there is none. */
export type Brush = readonly (readonly Range[])[];

/** Ids of the rows that pass through what is chosen on every axis; null where that leaves out none, or all. */
export function brushedRows(rows: readonly ParallelRow[], brush: Brush): ReadonlySet<string> | null {
  const passes = (value: number, ranges: readonly Range[]): boolean =>
    ranges.length === 0 || ranges.some(([from, to]) => value >= from && value <= to);
  const passing = rows.filter(({ values }) => brush.every((ranges, axis) => passes(values[axis] ?? NaN, ranges)));
  return passing.length === 0 || passing.length === rows.length ? null : new Set(passing.map(({ id }) => id));
}

/** The different values on an axis, in order: where a choice can begin and end. */
export function stopsOf(rows: readonly ParallelRow[], axis: number): number[] {
  const known = rows.map(({ values }) => values[axis] ?? NaN).filter(Number.isFinite);
  return [...new Set(known)].sort((a, b) => a - b);
}

/** The first and the last of the stops that ranges hold. */
export function stopsWithin(stops: readonly number[], ranges: readonly Range[]): [first: number, last: number] {
  const from = Math.min(Infinity, ...ranges.map(([start]) => start));
  const to = Math.max(-Infinity, ...ranges.map(([, end]) => end));
  const first = stops.findIndex((stop) => stop >= from);
  const last = stops.findLastIndex((stop) => stop <= to);
  return first < 0 || last < first ? [0, stops.length - 1] : [first, last];
}

/** The range from one stop to another, a little wider so that it can be seen where these are one; none for all stops. */
export function rangesOf(stops: readonly number[], first: number, last: number): Range[] {
  if (first === 0 && last === stops.length - 1) return [];
  const [from, to] = [stops[first], stops[last]];
  const below = (from - (stops[first - 1] ?? from)) / 4;
  const above = ((stops[last + 1] ?? to) - to) / 4;
  return [[from - below, to + above]];
}
