import { formatBytes, formatCount, formatDuration, formatNumber } from './formats.ts';
import type { AxisKind, Metric } from './spec.ts';
import type { ChartStyle } from './style.ts';
import { clockInterval, labelledTicks, logarithmicTicks } from './ticks.ts';

/** What an axis measures: its name with the unit, and how a tick is worded. */
export interface Quantity {
  readonly name: string;
  readonly format: (value: number) => string;
  /** Begins at 0 where it is linear. */
  readonly fromZero: boolean;
  readonly isClock?: boolean;
}

const shortBytes = (bytes: number): string =>
  formatBytes(bytes)
    .replace(/(\.\d*?)0+ /, '$1 ')
    .replace('. ', ' ');
const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;
const plain = (value: number): string => String(Number(value.toPrecision(6)));
const wholeNumber = (value: number): string =>
  value < 1e6 ? value.toLocaleString('en-US') : formatCount(value).replace(/\.?0+([kMGT])/, '$1');
const sum = { format: shortBytes, fromZero: true };

export const metricQuantities: Readonly<Record<Metric, Quantity>> = {
  accuracy: { name: 'Test accuracy', format: percent, fromZero: false },
  'train-accuracy': { name: 'Training accuracy', format: percent, fromZero: false },
  'test-loss': { name: 'Test loss', format: plain, fromZero: false },
  loss: { name: 'Training loss', format: plain, fromZero: false },
  'prune-loss': { name: 'Gate loss', format: plain, fromZero: false },
  bytes: { name: 'Traffic, both ways', ...sum },
  'bytes-up': { name: 'Traffic up', ...sum },
  'bytes-down': { name: 'Traffic down', ...sum },
  'step-bytes': { name: 'Bytes per step', ...sum },
  throughput: { name: 'Samples per second', format: wholeNumber, fromZero: true },
  'learning-rate': { name: 'Learning rate', format: plain, fromZero: true },
};

export const axisQuantities: Readonly<Record<AxisKind, Quantity>> = {
  epoch: { name: 'Epoch', format: plain, fromZero: true },
  step: { name: 'Step', format: wholeNumber, fromZero: true },
  time: { name: 'Time in training', format: formatDuration, fromZero: true, isClock: true },
  bytes: { name: 'Traffic, both ways', format: shortBytes, fromZero: true },
};

/** Exact values as tables and tooltips show them. */
export function formatValue(metric: Metric, value: number): string {
  if (Number.isNaN(value)) return '–';
  if (metric.endsWith('accuracy')) return `${(100 * value).toFixed(2)} %`;
  if (metric === 'learning-rate') return plain(value);
  if (metric.includes('bytes')) return formatBytes(value);
  return Math.abs(value) < 10 ? value.toFixed(4) : formatNumber(value);
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
    ...{ ...base, axisLabel: { ...base.axisLabel, margin: 0.7 * fontSize } },
    ...{ name: quantity.name, nameLocation: 'middle', nameGap: 2.1 * fontSize, splitLine: { show: false } },
  };
}

export function yAxis(quantity: Quantity, style: ChartStyle, logarithmic: boolean, extent: Extent): AxisOption {
  const named = { name: quantity.name, nameLocation: 'middle', nameRotate: 90 };
  return {
    ...axis(quantity, style, logarithmic, extent),
    ...(style.selfContained ? { ...named, nameGap: labelRoom(quantity, style, logarithmic, extent) } : {}),
    axisLine: { show: false },
    axisTick: { show: false },
    splitNumber: 4,
  };
}

/** Between the axis and its name: the widest label and half a letter. */
function labelRoom(
  { format }: Quantity,
  { measure, fontSize }: ChartStyle,
  logarithmic: boolean,
  [least, most]: Extent,
) {
  const values =
    logarithmic && least > 0 ? labelledTicks(logarithmicTicks(least, most)) : [least, (least + most) / 2, most];
  const widths = values.map((value) => measure(format(Number(value.toPrecision(2))), fontSize));
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
  const hairline = { color: faint, width: lineWidth / 2 };
  return {
    type: usable ? 'log' : 'value',
    scale: !fromZero,
    nameTextStyle: { color: text, fontSize, fontFamily },
    axisLabel: {
      ...labels,
      ...{ formatter: format, color: text, fontSize, fontFamily, hideOverlap: true, margin: fontSize / 2 },
    },
    axisLine: { onZero: false, lineStyle: hairline },
    axisTick: { ...labels, length: fontSize / 3, lineStyle: hairline },
    interval: isClock ? clockInterval(most - least) : undefined,
    splitLine: { lineStyle: { color: grid, width: lineWidth / 2 } },
    ...(ticks ? { min: ticks[0], max: ticks.at(-1) } : {}),
  };
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
