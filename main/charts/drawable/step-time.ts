import type { EChartsCoreOption } from 'echarts/core';
import { axisQuantities, bounded, extentOf, xAxis, yAxis } from '../axes.ts';
import type { StepData, TrainingData } from '../data.ts';
import { frame, grid, legend } from '../drawing/frame.ts';
import { lookOf } from '../drawing/palette.ts';
import { phaseSeries } from '../drawing/phases.ts';
import { phasesOfSteps, stepPlaces, type PhaseMark } from '../series.ts';
import { firstAbove, firstAtLeast, interleave, type Range } from './sample.ts';
import type { StepTimeChartSpec } from '../spec.ts';
import type { ChartStyle } from '../style.ts';

/** Where the time of a step goes, in the order it is stacked, with its place in the palette. */
export const timeParts = [
  { column: 'clientSeconds', name: 'Client', look: 0 },
  { column: 'wireSeconds', name: 'Wire', look: 1 },
  { column: 'serverSeconds', name: 'Server', look: 2 },
  { column: 'waitSeconds', name: 'Wait', look: 6 },
] as const satisfies readonly { readonly column: keyof StepData; readonly name: string; readonly look: number }[];

type PartName = (typeof timeParts)[number]['name'];

/** Mean seconds of a step by part, bucket by bucket. */
export interface StepTimes {
  readonly x: Float64Array;
  readonly parts: Readonly<Record<PartName, Float64Array>>;
  readonly total: number;
  readonly phases: readonly PhaseMark[];
}

/** Mean times of the steps in so many buckets over a range of the axis, or all of it. */
export function stepTimesOf(
  { steps, epochs }: Pick<TrainingData, 'steps' | 'epochs'>,
  axis: StepTimeChartSpec['x'],
  buckets: number,
  range?: Range,
): StepTimes {
  const places = stepPlaces(steps, epochs, axis);
  const from = range ? firstAtLeast(places, range[0]) : 0;
  const to = range ? firstAbove(places, range[1]) : places.length;
  const count = Math.min(buckets, Math.max(0, to - from));
  const edge = (bucket: number): number => from + Math.floor(((to - from) * bucket) / count);
  const mean = (values: Float64Array): Float64Array =>
    Float64Array.from({ length: count }, (_, bucket) => {
      const [first, end] = [edge(bucket), edge(bucket + 1)];
      let sum = 0;
      for (let i = first; i < end; i++) sum += values[i];
      return sum / (end - first);
    });
  const parts = Object.fromEntries(timeParts.map(({ column, name }) => [name, mean(steps[column])]));
  const phases = phasesOfSteps(steps, places);
  return { x: mean(places), parts: parts as Record<PartName, Float64Array>, total: to - from, phases };
}

/** What share of all step time each part took. */
export function timeShares(steps: StepData): Record<PartName, number> {
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  const sums = timeParts.map(({ column }) => sum(steps[column]));
  const total = sums.reduce((a, b) => a + b, 0);
  return Object.fromEntries(timeParts.map(({ name }, i) => [name, sums[i] / total])) as Record<PartName, number>;
}

/** `42.5 ms`, `1.2 s`. */
export function formatStepTime(seconds: number): string {
  return seconds < 1 ? `${Number((seconds * 1000).toPrecision(3))} ms` : `${Number(seconds.toPrecision(3))} s`;
}

const stepTime = { name: 'Time of a step', format: formatStepTime, fromZero: true };

/** The parts of a step's time as areas upon one another. */
export function stepTimeOption(times: StepTimes, spec: StepTimeChartSpec, style: ChartStyle): EChartsCoreOption {
  const entries = timeParts.map(({ name, look }) => ({ name, look: lookOf(look, style.palette, style.lineWidth) }));
  const top = legend(entries, style);
  const tops = stacked(times);
  const [first, last] = extentOf([times.x], false);
  // The first bucket lies a little beyond the beginning.
  const from = first < 0.02 * last ? 0 : first;
  return {
    ...frame(style),
    legend: { ...top.option, icon: 'roundRect', itemWidth: style.fontSize },
    grid: grid(style, top.height + (times.phases.length > 1 ? style.fontSize : 0)),
    xAxis: bounded(xAxis(axisQuantities[spec.x], style, false, [from, last]), from, last),
    yAxis: yAxis(stepTime, style, false, extentOf(tops.slice(-1), false)),
    series: [
      phaseSeries(times.phases, style, [from, last], false),
      ...timeParts.map((_, part) => partSeries(times.x, tops, part, style)),
    ],
  };
}

/** Each covers what is stacked below it, so the lower ones are drawn later. */
function partSeries(x: Float64Array, tops: readonly Float64Array[], part: number, style: ChartStyle): object {
  const { name, look } = timeParts[part];
  const colour = style.palette[look];
  return {
    type: 'line',
    id: name,
    name,
    dimensions: ['x', 'y'],
    data: interleave(x, tops[part]),
    z: 2 + timeParts.length - part,
    showSymbol: false,
    silent: true,
    emphasis: { disabled: true },
    itemStyle: { color: colour },
    lineStyle: { width: 0 },
    areaStyle: { color: colour, opacity: 1, origin: 'start' },
  };
}

/** The upper edges of the parts, the last that of all together. */
function stacked({ x, parts }: StepTimes): Float64Array[] {
  const sum = new Float64Array(x.length);
  return timeParts.map(({ name }) => sum.map((_, i) => (sum[i] += parts[name][i])));
}
