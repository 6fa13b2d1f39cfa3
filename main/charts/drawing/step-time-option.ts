import type { EChartsCoreOption } from 'echarts/core';
import { axisQuantities, bounded, counted, extentOf, xAxis, yAxis } from '../axes.ts';
import { interleave } from '../drawable/sample.ts';
import { timeParts } from '../../records/columns.ts';
import type { StepTimes } from '../drawable/step-time.ts';
import { formatSeconds } from '../formats.ts';
import type { StepTimeChartSpec } from '../kinds/step-time.ts';
import type { ChartStyle } from '../style.ts';
import { frame, grid, legend } from './frame.ts';
import { lookOf } from './palette.ts';
import { phaseSeries } from './phases.ts';

const stepTime = { name: 'Time of a step', format: formatSeconds, fromZero: true };

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
    grid: grid(style, top.room, times.phases.length > 1 ? style.fontSize : 0),
    xAxis: (axisQuantities[spec.x].isWhole ? counted : bounded)(
      xAxis(axisQuantities[spec.x], style, false, [from, last]),
      from,
      last,
    ),
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
