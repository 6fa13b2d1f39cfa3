import { metricQuantities } from '../axes.ts';
import { bandsOf } from './band.ts';
import type { TrainingData } from '../data.ts';
import { lookIndex, type Looks } from './looks.ts';
import { bucketed, firstAbove, firstAtLeast, type Range, type Sampled } from './sample.ts';
import { isOfEpochs, isSmoothable, seriesOf, type PhaseMark } from '../series.ts';
import { smooth } from './smooth.ts';
import type { LineChartSpec, LinesData } from '../kinds/lines.ts';
import type { Metric } from '../spec.ts';
import type { ChartStyle } from '../style.ts';

/** A line as it is to be drawn, still with all its points: smoothed, or the mean of a family's seeds. */
export interface Line {
  readonly id: string;
  /** The run it belongs to, of a family's mean the first. */
  readonly run: string;
  readonly label: string;
  readonly family: string;
  /** Its place in the palette: that of its family. */
  readonly look: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** What was measured, where `y` is smoothed. */
  readonly raw: Float64Array | null;
  readonly band: { readonly least: Float64Array; readonly most: Float64Array } | null;
  readonly phases: readonly PhaseMark[];
}

/** The lines of a chart of trainings; with `looks` their colours are what they are in other charts. */
export function linesOf(trainings: readonly TrainingData[], spec: LineChartSpec, looks?: Looks): Line[] {
  const weight = isSmoothable(spec.metric) ? spec.smoothing : 0;
  const measured = seriesOf(trainings, spec.metric, spec.x, spec.inTurn);
  const lookOf = lookIndex(measured, looks);
  const smoothed = measured.map((series) => ({ ...series, y: smooth(series.y, weight) }));
  const rawOf = new Map(smoothed.map(({ id, y }, i) => [id, y === measured[i].y ? null : measured[i].y]));
  if (!spec.seedsAsBand) {
    return smoothed.map(({ id, run, label, family, x, y, phases }) => ({
      id,
      run,
      label,
      family,
      look: lookOf(id, family),
      x,
      y,
      raw: rawOf.get(id) ?? null,
      band: null,
      phases,
    }));
  }
  return bandsOf(smoothed, spec.band).map(({ id, family, members, x, mean, least, most }) => ({
    id,
    run: members[0].run,
    label: family,
    family,
    look: lookOf(id, family),
    x,
    y: mean,
    raw: members.length > 1 ? null : (rawOf.get(id) ?? null),
    band: members.length > 1 ? { least, most } : null,
    phases: members[0].phases,
  }));
}

/** How metrics of one training are told apart: what is alike in two charts looks alike. */
const parts: Partial<Record<Metric, { readonly label: string; readonly look: number }>> = {
  accuracy: { label: 'test', look: 0 },
  'test-loss': { label: 'test', look: 0 },
  'train-accuracy': { label: 'training', look: 1 },
  'validation-accuracy': { label: 'validation', look: 2 },
  'validation-loss': { label: 'validation', look: 2 },
  loss: { label: 'training', look: 1 },
  bytes: { label: 'both ways', look: 0 },
  'bytes-up': { label: 'up', look: 1 },
  'bytes-down': { label: 'down', look: 2 },
};

/**
 * The lines of a chart as it says: of a single training also those of the metrics beside its own, told apart by what
 * they measure; of several trainings, these are told apart, by its own metric.
 */
export function chartLines(trainings: readonly TrainingData[], spec: LineChartSpec, looks?: Looks): Line[] {
  const { metric: own, beside, smoothing } = spec;
  if (!beside || trainings.length !== 1) return linesOf(trainings, spec, looks);
  return [own, ...beside].flatMap((metric, order) => {
    const { label = metricQuantities[metric].name.toLowerCase(), look = order } = parts[metric] ?? {};
    // Where a line is smoothed step by step, one with a point an epoch would be smoothed away.
    const weight = isOfEpochs(metric) && !isOfEpochs(own) ? 0 : smoothing;
    const lines = linesOf(trainings, { ...spec, metric, smoothing: weight });
    return lines.map((line) => ({ ...line, id: `${line.id}/${metric}`, look, label, family: label }));
  });
}

/** The points of a line that are drawn in a range. */
export interface SampledLine extends Line {
  readonly main: Sampled;
  readonly faint: Sampled | null;
  /** By turns x, least and most. */
  readonly ribbon: Float64Array | null;
}

/** Thins lines out to what can be seen on so many pixels. */
export function sampleLines(
  lines: readonly Line[],
  buckets: number,
  range: Range | null,
  logX: boolean,
): SampledLine[] {
  const sampled = (x: Float64Array, y: Float64Array): Sampled => bucketed(x, y, buckets, range ?? undefined, logX);
  return lines.map((line) => ({
    ...line,
    main: sampled(line.x, line.y),
    faint: line.raw && sampled(line.x, line.raw),
    ribbon: line.band && ribbonOf(line.x, line.band, range, logX),
  }));
}

const thinnedOf = new WeakMap<Pick<LinesData, 'lines'>, { readonly key: string; readonly lines: SampledLine[] }>();

/** The lines as they are drawn at so many places along the axis; asked again, as to count them, they are still known. */
export function thinnedLines(
  data: Pick<LinesData, 'lines' | 'range'>,
  { logX }: Pick<LineChartSpec, 'logX'>,
  { places }: Pick<ChartStyle, 'places'>,
): readonly SampledLine[] {
  const key = `${places} ${logX}`;
  const known = thinnedOf.get(data);
  if (known?.key === key) return known.lines;
  const lines = sampleLines(data.lines, places, data.range, logX);
  thinnedOf.set(data, { key, lines });
  return lines;
}

/** Of the points outside of the range the next one to either side stays. */
function ribbonOf(
  x: Float64Array,
  { least, most }: NonNullable<Line['band']>,
  range: Range | null,
  logX: boolean,
): Float64Array {
  const from = range ? firstAtLeast(x, range[0]) - 1 : 0;
  const to = range ? firstAbove(x, range[1]) : x.length;
  const rows = Array.from(x.keys()).filter((i) => i >= from && i <= to && (!logX || x[i] > 0));
  return Float64Array.from(rows.flatMap((i) => [x[i], least[i], most[i]]));
}

/** How many of all points within the range are drawn. */
export function pointCount(lines: readonly SampledLine[]): { shown: number; total: number } {
  const parts = lines.flatMap(({ main, faint }) => (faint ? [main, faint] : [main]));
  const sum = (value: (part: Sampled) => number): number => parts.reduce((total, part) => total + value(part), 0);
  return { shown: sum(({ shown }) => shown), total: sum(({ total }) => total) };
}

/** Whether lines went through the same budgets at the same places, so that the phases of one are those of all. */
export function sharePhases(lines: readonly Pick<Line, 'phases'>[]): boolean {
  const courses = lines.filter(({ phases }) => phases.length > 0).map(({ phases }) => phases);
  const [first, ...others] = courses;
  const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 0.02 * Math.max(a, b);
  return (
    courses.length > 0 &&
    others.every(
      (phases) =>
        phases.length === first.length &&
        phases.every(({ budget, from }, i) => budget === first[i].budget && isNear(from, first[i].from)),
    )
  );
}

const mostMarkedOfLine = 50;
const mostMarked = 600;

/** Whether the points themselves are marked: ends of epochs, while there are few, of each line and in all. */
export function marksPoints(
  { metric }: LineChartSpec,
  { x }: Pick<Line, 'x'>,
  all: readonly Pick<Line, 'x'>[],
): boolean {
  return (
    isOfEpochs(metric) && x.length <= mostMarkedOfLine && all.reduce((sum, { x }) => sum + x.length, 0) <= mostMarked
  );
}
