import type { TrainingData } from '../../../main/charts/data.ts';
import type { Looks } from '../../../main/charts/drawable/looks.ts';
import { lines, type LineChartSpec, type LinesData } from '../../../main/charts/kinds/lines.ts';
import { isOfEpochs } from '../../../main/charts/series.ts';
import type { AxisKind, Metric } from '../../../main/charts/spec.ts';

/** More lines in one chart can neither be told apart nor drawn at once. */
export const mostLines = 60;
const mostMeasured = 8;

/** The lines of a chart; what was measured stands behind smoothed ones only while they are few. */
export function legibleLines(trainings: readonly TrainingData[], spec: LineChartSpec, looks: Looks): LinesData {
  const data = lines.data({ trainings, looks, plan: null, source: 'all', range: null }, spec);
  if (data.lines.length <= mostMeasured) return data;
  return { ...data, lines: data.lines.map((line) => ({ ...line, raw: null })) };
}

/** Sums so far are known at the ends of epochs, too. */
const sums: readonly Metric[] = ['bytes', 'bytes-up', 'bytes-down'];

/** Whether charts are of steps: the ends of epochs do not do for them. */
export function needsSteps(charts: readonly Metric[], x: AxisKind): boolean {
  return x === 'step' || charts.some((metric) => !isOfEpochs(metric) && !sums.includes(metric));
}
