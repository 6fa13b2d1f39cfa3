import type { TrainingData } from '../../../main/charts/data.ts';
import type { Looks } from '../../../main/charts/drawable/looks.ts';
import { lines, type LineChartSpec, type LinesData } from '../../../main/charts/kinds/lines.ts';

/** More lines in one chart can neither be told apart nor drawn at once. */
export const mostLines = 60;
const mostMeasured = 8;

/**
 * The lines a chart draws: of many the first, and what was measured behind smoothed ones only while they are few.
 */
export function legibleLines(trainings: readonly TrainingData[], spec: LineChartSpec, looks: Looks): LinesData {
  const families = new Set([...new Set(trainings.map(({ family }) => family))].slice(0, mostLines));
  const some = trainings.filter(({ family }) => families.has(family));
  const data = lines.data({ trainings: some, looks, plan: null, source: 'all', range: null }, spec);
  if (data.lines.length <= mostMeasured) return data;
  return { ...data, lines: data.lines.map((line) => ({ ...line, raw: null })) };
}
