import { axisQuantities, formatPlace, formatValue } from '../../main/charts/axes.ts';
import type { Line } from '../../main/charts/drawable/lines.ts';
import { valueAt } from '../../main/charts/drawable/numbers.ts';
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
  /** Place of the value on the y axis; NaN where it has none. */
  readonly y: number;
}

const mostRows = 12;

/** The values of lines at a place, greatest first. */
export function inspectLines(
  lines: readonly Line[],
  { metric, x }: LineChartSpec,
  { palette, lineWidth }: ChartStyle,
  place: number,
): Inspection | null {
  const rows = lines
    .map((line): InspectedRow => {
      const y = valueAt(line, place);
      const { id, family, label, raw, band } = line;
      const look = lookOf(line.look, palette, lineWidth);
      const aside = band
        ? `${formatValue(metric, valueAt({ x: line.x, y: band.least }, place))} to ${formatValue(metric, valueAt({ x: line.x, y: band.most }, place))}`
        : raw
          ? formatValue(metric, valueAt({ x: line.x, y: raw }, place))
          : '';
      return { id, family, label, look, value: formatValue(metric, y), aside, y };
    })
    .filter(({ y }) => !Number.isNaN(y))
    .sort((a, b) => b.y - a.y);
  if (rows.length === 0) return null;
  const title = `${axisQuantities[x].name} ${formatPlace(x, place)}`;
  return { title, rows: rows.slice(0, mostRows), more: Math.max(0, rows.length - mostRows) };
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
