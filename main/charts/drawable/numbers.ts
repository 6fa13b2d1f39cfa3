import { firstAbove } from './sample.ts';
import type { Series } from '../series.ts';

/** The last value at or before a place, NaN before the first: what a training had reached by then. */
export function valueAt({ x, y }: Pick<Series, 'x' | 'y'>, place: number): number {
  let i = firstAbove(x, place) - 1;
  while (i >= 0 && Number.isNaN(y[i])) i--;
  return i < 0 ? NaN : y[i];
}

/** The value between the points to either side; NaN beyond the ends. */
export function interpolatedAt({ x, y }: Pick<Series, 'x' | 'y'>, place: number): number {
  const after = firstAbove(x, place);
  if (after === 0) return NaN;
  if (x[after - 1] === place) return y[after - 1];
  if (after === x.length) return NaN;
  const share = (place - x[after - 1]) / (x[after] - x[after - 1]);
  return y[after - 1] + share * (y[after] - y[after - 1]);
}

/** Points of the Pareto front, cheapest first: those to which no other is at least as good in both, and better in one. */
export function paretoFront<T extends { readonly cost: number; readonly gain: number }>(points: readonly T[]): T[] {
  const sorted = points
    .filter(({ cost, gain }) => Number.isFinite(cost) && Number.isFinite(gain))
    .sort((a, b) => a.cost - b.cost || b.gain - a.gain);
  let best = -Infinity;
  return sorted.filter(({ gain }) => {
    if (gain <= best) return false;
    best = gain;
    return true;
  });
}
