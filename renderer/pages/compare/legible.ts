import type { TrainingData } from '../../../main/charts/data.ts';
import { linesOf, type Line } from '../../../main/charts/drawable/lines.ts';
import type { Looks } from '../../../main/charts/drawable/looks.ts';
import type { LineChartSpec } from '../../../main/charts/spec.ts';

/** More lines in one chart can neither be told apart nor drawn at once. */
export const mostLines = 60;
const mostMeasured = 8;

/**
 * The lines a chart draws: of many the first, and what was measured behind smoothed ones only while they are few.
 */
export function legibleLines(trainings: readonly TrainingData[], spec: LineChartSpec, looks: Looks): readonly Line[] {
  const families = new Set([...new Set(trainings.map(({ family }) => family))].slice(0, mostLines));
  const lines = linesOf(
    trainings.filter(({ family }) => families.has(family)),
    spec,
    looks,
  );
  return lines.length <= mostMeasured ? lines : lines.map((line) => ({ ...line, raw: null }));
}
