import type { Range } from '../../main/charts/drawable/sample.ts';

/** Parts of an axis, linear or logarithmic. Zooming out as far as everything is no zoom: null. */

type Scale = { readonly to: (value: number) => number; readonly from: (value: number) => number };

const linear: Scale = { to: (value) => value, from: (value) => value };
const logarithmic: Scale = { to: Math.log, from: Math.exp };

const scaleOf = (isLogarithmic: boolean): Scale => (isLogarithmic ? logarithmic : linear);

/** Makes a range so many times as wide, the point at `centre` staying where it is. */
export function zoomed(
  range: Range,
  full: Range,
  factor: number,
  centre: number,
  isLogarithmic: boolean,
): Range | null {
  const { to, from } = scaleOf(isLogarithmic);
  const at = to(centre);
  const ends = range.map((end) => at + (to(end) - at) * factor) as [number, number];
  return within(ends, full.map(to) as [number, number], from);
}

/** Moves a range by a share of its own width, as far as there is something. */
export function panned(range: Range, full: Range, share: number, isLogarithmic: boolean): Range | null {
  const { to, from } = scaleOf(isLogarithmic);
  const [start, end] = range.map(to);
  const [least, most] = full.map(to);
  const move = Math.min(most - end, Math.max(least - start, share * (end - start)));
  return within([start + move, end + move], [least, most], from);
}

/** What was dragged over, from either side; null where that was hardly anything. */
export function selected(a: number, b: number, full: Range): Range | null {
  const [from, to] = [Math.max(full[0], Math.min(a, b)), Math.min(full[1], Math.max(a, b))];
  return to > from ? [from, to] : null;
}

/** A range no further in than this share of everything: beyond, numbers lose their digits. */
const narrowest = 1e-6;

function within([start, end]: Range, [least, most]: Range, from: Scale['from']): Range | null {
  if (start <= least && end >= most) return null;
  const clipped = [Math.max(least, start), Math.min(most, end)] as const;
  if (clipped[1] - clipped[0] < narrowest * (most - least)) return [from(least), from(most)];
  return [from(clipped[0]), from(clipped[1])];
}
