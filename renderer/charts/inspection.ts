import { axisQuantities, formatPlace, formatValue } from '../../main/charts/axes.ts';
import type { Line } from '../../main/charts/drawable/lines.ts';
import { firstAbove } from '../../main/charts/drawable/sample.ts';
import { lookOf, type Look } from '../../main/charts/drawing/palette.ts';
import type { LineChartSpec } from '../../main/charts/kinds/lines.ts';
import type { ChartStyle } from '../../main/charts/style.ts';

/** What a chart says about the place under the pointer, as text: names are users' words and never become markup. */
export interface Inspection {
  readonly title: string;
  readonly rows: readonly InspectedRow[];
  /** Rows that found no room. */
  readonly more: number;
}

export interface InspectedRow {
  readonly id: string;
  readonly family: string;
  readonly label: string;
  readonly look: Look | null;
  readonly value: string;
  /** Beside the value, for example what was measured where the value is smoothed. */
  readonly aside: string;
  /** Where the value was measured, if that is not what the title says. */
  readonly at: string;
  /** Place of the value on the x axis, and on the y axis; NaN where it has none. */
  readonly x: number;
  readonly y: number;
}

/** Where the pointer is on the x axis, and the pixels of places on it. */
export interface Pointing {
  readonly place: number;
  readonly toPixel: (place: number) => number;
}

const mostRows = 12;
/** So far beyond its ends, in pixels, a line is still pointed at. */
const slack = 12;

/**
 * The points of lines that are drawn nearest to the pointer, greatest first: what was measured and nothing between. The
 * title is the place of the nearest of all. Lines that ended before it, or begin after it, are left out.
 */
export function inspectLines(
  lines: readonly Line[],
  { metric, x: axis }: LineChartSpec,
  { palette, lineWidth }: ChartStyle,
  pointing: Pointing,
): Inspection | null {
  const found = lines.flatMap((line) => {
    const index = nearestPoint(line, pointing);
    return index === null ? [] : [{ line, index, off: distance(line.x[index], pointing) }];
  });
  if (found.length === 0) return null;
  const nearest = found.reduce((best, each) => (each.off < best.off ? each : best));
  const place = formatPlace(axis, nearest.line.x[nearest.index]);
  const rows = found
    .map(({ line, index }): InspectedRow => {
      const { id, family, label, raw, band } = line;
      const [x, y] = [line.x[index], line.y[index]];
      const own = formatPlace(axis, x);
      const value = (values: Float64Array): string => formatValue(metric, values[index]);
      return {
        id,
        family,
        label,
        x,
        y,
        look: lookOf(line.look, palette, lineWidth),
        value: formatValue(metric, y),
        aside: band ? `${value(band.least)} to ${value(band.most)}` : raw ? value(raw) : '',
        at: own === place ? '' : `at ${own}`,
      };
    })
    .sort((a, b) => b.y - a.y);
  const title = `${axisQuantities[axis].name} ${place}`;
  return { title, rows: rows.slice(0, mostRows), more: Math.max(0, rows.length - mostRows) };
}

/** The index of the point drawn nearest to the pointer; null where the line has ended, or not begun, there. */
function nearestPoint({ x, y }: Pick<Line, 'x' | 'y'>, pointing: Pointing): number | null {
  let before = firstAbove(x, pointing.place) - 1;
  let after = before + 1;
  while (before >= 0 && Number.isNaN(y[before])) before--;
  while (after < x.length && Number.isNaN(y[after])) after++;
  const ends = [before, after].filter((i) => i >= 0 && i < x.length);
  if (ends.length === 2) {
    return distance(x[before], pointing) <= distance(x[after], pointing) ? before : after;
  }
  const [only] = ends;
  return only !== undefined && distance(x[only], pointing) <= slack ? only : null;
}

function distance(x: number, { place, toPixel }: Pointing): number {
  return Math.abs(toPixel(x) - toPixel(place));
}

/** The row nearest to a place on the page, where it is near enough to be meant. */
export function nearestRow(
  rows: readonly InspectedRow[],
  toPixel: (y: number) => number,
  pixel: number,
  reach = 28,
): InspectedRow | null {
  const distances = rows.map((row) => ({ row, off: Math.abs(toPixel(row.y) - pixel) }));
  const near = distances.filter(({ off }) => off <= reach).sort((a, b) => a.off - b.off);
  return near[0]?.row ?? null;
}
