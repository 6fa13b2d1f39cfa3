import type { StepData, TrainingData } from '../data.ts';
import { timeParts } from '../../records/columns.ts';
import type { PartName } from '../../records/record.ts';
import type { StepTimeChartSpec } from '../kinds/step-time.ts';
import { phasesOfSteps, stepPlaces, type PhaseMark } from '../series.ts';
import { firstAbove, firstAtLeast, type Range } from './sample.ts';

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
  const mean = (values: Float64Array, taken?: Float64Array): Float64Array =>
    Float64Array.from({ length: count }, (_, bucket) => {
      let [sum, weight] = [0, 0];
      for (let i = edge(bucket); i < edge(bucket + 1); i++) {
        sum += values[i] * (taken?.[i] ?? 1);
        weight += taken?.[i] ?? 1;
      }
      return sum / weight;
    });
  const parts = Object.fromEntries(
    timeParts.map(({ column, name }) => [name, mean(steps[column], steps.joint?.taken)]),
  );
  const phases = phasesOfSteps(steps, places);
  return { x: mean(places), parts: parts as Record<PartName, Float64Array>, total: to - from, phases };
}

/** What share of all step time each part took. */
export function timeShares(steps: StepData): Record<PartName, number> {
  const { taken } = steps.joint ?? {};
  const sum = (values: Float64Array): number =>
    values.reduce((total, value, i) => total + value * (taken?.[i] ?? 1), 0);
  const sums = timeParts.map(({ column }) => sum(steps[column]));
  const total = sums.reduce((a, b) => a + b, 0);
  return Object.fromEntries(timeParts.map(({ name }, i) => [name, sums[i] / total])) as Record<PartName, number>;
}
