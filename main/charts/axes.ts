import { formatBytes, formatCount, formatDuration, formatNumber, formatSeconds } from './formats.ts';
import { metricFacts, metrics, type MetricFacts } from './metrics.ts';
import type { AxisKind, Metric } from './spec.ts';
import type { ChartStyle } from './style.ts';
import { clockInterval, labelledTicks, logarithmicTicks, wholeTicks } from './ticks.ts';

/** Words a tick; ticks of one axis have the same number of decimals where that is given. */
type Format = (value: number, decimals?: number) => string;

/** What an axis measures: its name with the unit, and how a tick is worded. */
export interface Quantity {
  readonly name: string;
  readonly format: Format;
  /** Begins at 0 where it is linear. */
  readonly fromZero: boolean;
  readonly isClock?: boolean;
  /** Whether it counts: its ticks are whole. */
  readonly isWhole?: boolean;
}

const shortBytes = (bytes: number): string =>
  formatBytes(bytes)
    .replace(/(\.\d*?)0+ /, '$1 ')
    .replace('. ', ' ');
const percent: Format = (share, decimals = 0) => `${padded(Number((share * 100).toFixed(1)), decimals - 2)} %`;
const plain: Format = (value, decimals = 0) => padded(Number(value.toPrecision(6)), decimals);
const wholeNumber = (value: number): string =>
  value < 1e6 ? value.toLocaleString('en-US') : formatCount(value).replace(/\.?0+([kMGT])/, '$1');

interface UnitFormat {
  /** On an axis. */
  readonly tick: Format;
  /** In tables and tooltips. */
  readonly exact: (value: number) => string;
}

const measured = (value: number): string => (Math.abs(value) < 10 ? value.toFixed(4) : formatNumber(value));

/** How values of a unit are worded; those of any other are plain numbers, and the unit stands in the axis' name. */
const unitFormats: Readonly<Partial<Record<string, UnitFormat>>> = {
  bytes: { tick: shortBytes, exact: formatBytes },
  fraction: { tick: percent, exact: (share) => `${(100 * share).toFixed(2)} %` },
  samples: { tick: wholeNumber, exact: measured },
  'samples/s': { tick: wholeNumber, exact: measured },
  seconds: { tick: formatSeconds, exact: formatSeconds },
};

export const metricQuantities = Object.fromEntries(
  metrics.map((metric) => [metric, quantityOf(metricFacts[metric])]),
) as Readonly<Record<Metric, Quantity>>;

function quantityOf({ words, unit, fromZero }: MetricFacts): Quantity {
  const format = unitFormats[unit ?? '']?.tick;
  const name = unit === null || format ? words : `${words} (${unit})`;
  return { name, format: format ?? plain, fromZero };
}

export const axisQuantities: Readonly<Record<AxisKind, Quantity>> = {
  epoch: { name: 'Epoch', format: plain, fromZero: true, isWhole: true },
  step: { name: 'Step', format: wholeNumber, fromZero: true, isWhole: true },
  time: { name: 'Time in training', format: formatDuration, fromZero: true, isClock: true },
  bytes: { name: 'Traffic, both ways', format: shortBytes, fromZero: true },
};

/** With so many decimals, or more where it has more. */
function padded(value: number, decimals: number): string {
  const [, own = ''] = String(value).split('.');
  return own.length < decimals ? value.toFixed(decimals) : String(value);
}

/** Exact values as tables and tooltips show them. */
export function formatValue(metric: Metric, value: number): string {
  if (Number.isNaN(value)) return '–';
  const { unit, smoothable } = metricFacts[metric];
  const format = unitFormats[unit ?? '']?.exact;
  if (format) return format(value);
  // What was set is shown as it was set.
  const number = smoothable ? measured(value) : plain(value);
  return unit === null ? number : `${number} ${unit}`;
}

/** A place on an axis as tables and tooltips show it. */
export function formatPlace(axis: AxisKind, value: number): string {
  if (axis === 'epoch') return String(Number(value.toFixed(3)));
  return axis === 'bytes' ? formatBytes(value) : axisQuantities[axis].format(value);
}

/** An axis for ECharts; its labels stand apart, as some charts choose their own. */
interface AxisOption extends Readonly<Record<string, unknown>> {
  readonly axisLabel: object;
}

/** An axis that shows this and no more; its ends are no ticks. */
export function bounded(axis: AxisOption, min: number, max: number | 'dataMax'): AxisOption {
  return { ...axis, min, max, axisLabel: { ...axis.axisLabel, showMinLabel: min === 0, showMaxLabel: false } };
}

type Extent = readonly [least: number, most: number];

export function xAxis(quantity: Quantity, style: ChartStyle, logarithmic: boolean, extent: Extent): AxisOption {
  const { fontSize } = style;
  const base = axis(quantity, style, logarithmic, extent);
  return {
    ...base,
    axisLabel: { ...base.axisLabel, margin: 0.7 * fontSize },
    name: quantity.name,
    nameLocation: 'middle',
    nameGap: 2.1 * fontSize,
    splitLine: { show: false },
  };
}

export function yAxis(quantity: Quantity, style: ChartStyle, logarithmic: boolean, extent: Extent): AxisOption {
  const named = { name: quantity.name, nameLocation: 'middle', nameRotate: 90 };
  const base = axis(quantity, style, logarithmic, extent);
  return {
    ...base,
    // A line along the greatest value, or the least, is not cut in half by the edge, nor a marker.
    ...(base['type'] === 'log' ? {} : { boundaryGap: [quantity.fromZero ? 0 : '4%', '4%'] }),
    ...(style.selfContained ? { ...named, nameGap: labelRoom(quantity, style, logarithmic, extent) } : {}),
    axisLine: { show: false },
    axisTick: { show: false },
    splitNumber: 4,
  };
}

/** Between the axis and its name: the widest label, whatever its digits, and half a letter. */
function labelRoom(
  { format, fromZero }: Quantity,
  { measure, fontSize }: ChartStyle,
  logarithmic: boolean,
  [least, most]: Extent,
): number {
  const isLogarithmic = logarithmic && least > 0;
  const values = isLogarithmic
    ? labelledTicks(logarithmicTicks(least, most))
    : [least, (least + most) / 2, most].map((value) => Number(value.toPrecision(2)));
  const decimals = isLogarithmic ? 0 : decimalsOf(fromZero ? 0 : least, most);
  const widths = values.map((value) => measure(format(value, decimals).replaceAll(/\d/g, '0'), fontSize));
  return Math.max(0, ...widths) + fontSize;
}

function axis(
  { format, fromZero, isClock }: Quantity,
  style: ChartStyle,
  logarithmic: boolean,
  [least, most]: Extent,
): AxisOption {
  const { faint, grid, text, fontSize, fontFamily, lineWidth } = style;
  const usable = logarithmic && least > 0 && most < Infinity;
  const ticks = usable ? logarithmicTicks(least, most) : null;
  const labels = ticks ? { customValues: labelledTicks(ticks) } : {};
  const marks = ticks ? { customValues: ticks } : {};
  const hairline = { color: faint, width: lineWidth / 2 };
  return {
    type: usable ? 'log' : 'value',
    scale: !fromZero,
    nameTextStyle: { color: text, fontSize, fontFamily },
    axisLabel: {
      ...labels,
      formatter: tickFormat(format, ticks ? 0 : decimalsOf(fromZero ? 0 : least, most)),
      color: text,
      fontSize,
      fontFamily,
      hideOverlap: true,
      margin: fontSize / 2,
    },
    axisLine: { onZero: false, lineStyle: hairline },
    axisTick: { ...marks, length: fontSize / 3, lineStyle: hairline },
    interval: isClock ? clockInterval(most - least) : undefined,
    splitLine: { lineStyle: { color: grid, width: lineWidth / 2 } },
    ...(ticks ? logarithmicEnds(ticks, least, most) : {}),
  };
}

/** From tick to tick, and a little more where a value would lie in the corner. */
function logarithmicEnds(ticks: readonly number[], least: number, most: number): { min: number; max: number } {
  const [min, max] = [ticks[0], ticks[ticks.length - 1]];
  const room = (max / min) ** 0.03;
  return { min: least / min < room ? least / room : min, max: max / most < room ? most * room : max };
}

/** An axis from here to there, whatever is drawn. */
export function limited(axis: AxisOption, [min, max]: Extent): AxisOption {
  return { ...axis, min, max, boundaryGap: [0, 0] };
}

/** A counting axis to its last value and no further, its ticks whole. */
export function counted(axis: AxisOption, min: number, max: number): AxisOption {
  const values = { customValues: wholeTicks(min, max) };
  if (values.customValues.length < 2) return bounded(axis, min, max);
  return {
    ...axis,
    min,
    max,
    axisLabel: { ...axis.axisLabel, ...values },
    axisTick: { ...(axis['axisTick'] as object), ...values },
  };
}

const formats = new Map<Format, Map<number, (value: number) => string>>();

/** The same function for the same axis: one that differs would have the axis drawn anew. */
function tickFormat(format: Format, decimals: number): (value: number) => string {
  const known = formats.get(format) ?? new Map<number, (value: number) => string>();
  formats.set(format, known);
  const own = known.get(decimals) ?? ((value: number) => format(value, decimals));
  known.set(decimals, own);
  return own;
}

/** Decimals of the ticks that ECharts makes of an axis: some four steps of 1, 2, 3 or 5 times a power of ten. */
function decimalsOf(least: number, most: number): number {
  const rough = (most - least) / 4;
  if (!(rough > 0) || rough === Infinity) return 0;
  const power = Math.floor(Math.log10(rough));
  return Math.max(0, rough / 10 ** power >= 7 ? -power - 1 : -power);
}

/** Where lines begin and end, whose x does not fall. */
export function xExtent(lines: readonly { readonly x: Float64Array }[], logarithmic: boolean): Extent {
  const ends = lines.flatMap(({ x }) => {
    const first = logarithmic ? x.find((value) => value > 0) : x[0];
    return first === undefined ? [] : [first, x[x.length - 1]];
  });
  return extentOf([Float64Array.from(ends)], logarithmic);
}

/** Least and greatest of what can be drawn, on a logarithmic axis only what is above 0. */
export function extentOf(columns: readonly Float64Array[], logarithmic: boolean): Extent {
  let [least, most] = [Infinity, -Infinity];
  for (const values of columns) {
    for (const value of values) {
      if (!Number.isFinite(value) || (logarithmic && value <= 0)) continue;
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  return least <= most ? [least, most] : [0, 1];
}
