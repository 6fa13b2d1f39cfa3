import type { EChartsCoreOption } from 'echarts/core';
import { axisQuantities, extentOf, metricQuantities, xAxis, yAxis, type Quantity } from './axes.ts';
import type { TrainingData } from './data.ts';
import { grid, textStyle, title } from './frame.ts';
import type { Looks } from './lines.ts';
import { paretoFront } from './numbers.ts';
import { lookOf } from './palette.ts';
import type { ScatterChartSpec } from './spec.ts';
import type { ChartStyle } from './style.ts';

/** What a training achieved against what it cost. */
export interface Outcome {
  readonly id: string;
  readonly run: string;
  readonly label: string;
  readonly family: string;
  readonly look: number;
  readonly cost: number;
  /** An accuracy between 0 and 1. */
  readonly gain: number;
}

const costQuantities: Readonly<Record<ScatterChartSpec['x'], Quantity>> = {
  bytes: axisQuantities.bytes,
  time: axisQuantities.time,
  'bytes-per-sample': { ...axisQuantities.bytes, name: 'Traffic per training sample' },
};

/** The outcomes of those trainings that have finished an epoch. */
export function outcomesOf(trainings: readonly TrainingData[], spec: ScatterChartSpec, looks?: Looks): Outcome[] {
  const families = [...new Set(trainings.map(({ family }) => family))];
  return trainings.flatMap((training) => {
    const { id, run, label, family, epochs } = training;
    const last = epochs.at(-1);
    if (!last) return [];
    const best = Math.max(...epochs.map(({ testAccuracy }) => testAccuracy));
    const gain = spec.y === 'best-accuracy' ? best : last.testAccuracy;
    const look = looks?.get(family) ?? families.indexOf(family);
    return [{ id, run, label, family, look, cost: costOf(training, spec.x), gain }];
  });
}

function costOf({ steps, epochs }: TrainingData, cost: ScatterChartSpec['x']): number {
  const { seconds, bytesUp, bytesDown } = epochs[epochs.length - 1];
  if (cost === 'time') return seconds;
  if (cost === 'bytes') return bytesUp + bytesDown;
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  return (sum(steps.bytesUp) + sum(steps.bytesDown)) / sum(steps.samples);
}

/** Points with their names, and the Pareto front as steps: what is reached for at most so much. */
export function scatterOption(
  outcomes: readonly Outcome[],
  spec: ScatterChartSpec,
  style: ChartStyle,
): EChartsCoreOption {
  const costs = Float64Array.from(outcomes, ({ cost }) => cost);
  const gains = Float64Array.from(outcomes, ({ gain }) => gain);
  const gainName = spec.y === 'best-accuracy' ? 'Best test accuracy' : 'Last test accuracy';
  return {
    animation: false,
    textStyle: textStyle(style),
    backgroundColor: style.ground,
    title: title(style),
    legend: { show: false },
    grid: grid(style, 0),
    xAxis: xAxis(costQuantities[spec.x], style, spec.logX, extentOf([costs], spec.logX)),
    yAxis: yAxis({ ...metricQuantities.accuracy, name: gainName }, style, false, extentOf([gains], false)),
    series: [frontSeries(outcomes, style), pointSeries(outcomes, style)],
  };
}

function frontSeries(outcomes: readonly Outcome[], { faint, lineWidth }: ChartStyle): object {
  return {
    ...{ type: 'line', id: 'front', name: 'Pareto front', step: 'end', z: 1, silent: true, showSymbol: false },
    ...{ data: paretoFront(outcomes).map(({ cost, gain }) => [cost, gain]), emphasis: { disabled: true } },
    lineStyle: { color: faint, width: lineWidth / 1.5, type: [3 * lineWidth, 2 * lineWidth] },
  };
}

/** Of a family's seeds the first is named, all look alike; labels that would cover others move or go. */
function pointSeries(outcomes: readonly Outcome[], style: ChartStyle): object {
  const { palette, lineWidth, fontSize, fontFamily, text, ground } = style;
  const front = new Set(paretoFront(outcomes).map(({ id }) => id));
  const named = new Set<string>();
  const data = outcomes.map(({ id, family, look, cost, gain }) => {
    const { colour, symbol } = lookOf(look, palette, lineWidth);
    const first = !named.has(family);
    named.add(family);
    const onFront = front.has(id);
    return {
      ...{ id, name: family, value: [cost, gain], symbol, symbolSize: (onFront ? 1 : 0.8) * fontSize },
      itemStyle: { color: colour, borderColor: ground, borderWidth: lineWidth / 2, opacity: onFront ? 1 : 0.65 },
      label: { show: first },
    };
  });
  const label = { position: 'right', formatter: '{b}', color: text, fontSize: 0.9 * fontSize, fontFamily };
  return {
    ...{ type: 'scatter', id: 'outcomes', name: 'outcomes', data, z: 3, label },
    labelLayout: { moveOverlap: 'shiftY' },
    emphasis: { scale: 1.4 },
  };
}
