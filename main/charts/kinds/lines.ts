import type { TrainingData } from '../data.ts';
import { lineRows } from '../drawable/line-rows.ts';
import { chartLines, type Line } from '../drawable/lines.ts';
import { withPlan, type PlannedLine } from '../drawable/plan.ts';
import type { Range } from '../drawable/sample.ts';
import { lineOption } from '../drawing/line-option.ts';
import { isSmoothable } from '../series.ts';
import {
  axes,
  bands,
  bandWords,
  horizons,
  metrics,
  type AxisKind,
  type BandKind,
  type Horizon,
  type Metric,
} from '../spec.ts';
import { rangeSchema, type ChartKind } from './kind.ts';

/** Values over an axis, a line for each training. */
export interface LineChartSpec {
  readonly kind: 'lines';
  readonly metric: Metric;
  /** With a single training, what else is measured of it, each as a line of its own. */
  readonly beside?: readonly Metric[];
  readonly x: AxisKind;
  /** Weight of the debiased moving average, from 0 (none) to 0.999; the raw line stays, faint. */
  readonly smoothing: number;
  readonly logX: boolean;
  readonly logY: boolean;
  /** Trainings that differ in the seed alone as their mean with a band around it. */
  readonly seedsAsBand: boolean;
  /** What the band spans; from least to most unless given. */
  readonly band?: BandKind;
  /** The part of the y axis that is drawn; all that is measured unless given. */
  readonly yRange?: Range;
  /** Pairs that a run trained one after another where they lie in it, not each from its own beginning. */
  readonly inTurn?: boolean;
  /** Phases shaded behind the lines, where all went through the same. */
  readonly phases: boolean;
  /** What was planned behind what came, where all runs were set alike; nothing of it unless given. */
  readonly plan?: Horizon;
}

/** The lines with all their points, over what was planned. */
export interface LinesData {
  readonly trainings: readonly TrainingData[];
  readonly lines: readonly Line[];
  readonly planned: readonly PlannedLine[];
  readonly range: Range | null;
}

export const lines: ChartKind<LineChartSpec, 'plan', LinesData> = {
  kind: 'lines',
  help: ['<metric>-<axis>', 'lines over an axis, with the seeds of an experiment as mean and band'],
  charts: Object.fromEntries(
    metrics.flatMap((metric) => axes.map((x) => [`${metric}-${x}`, usualLines(metric, x)] as const)),
  ),
  nameOf: ({ metric, x }) => `${metric}-${x}`,
  takes: ['smoothing', 'logX', 'logY', 'seedsAsBand', 'band', 'yRange', 'inTurn', 'phases', 'plan'],
  schema: (z) =>
    z.strictObject({
      kind: z.literal('lines'),
      metric: z.enum(metrics),
      beside: z.array(z.enum(metrics)).max(metrics.length).optional(),
      x: z.enum(axes),
      smoothing: z.number().min(0).max(0.999),
      logX: z.boolean(),
      logY: z.boolean(),
      seedsAsBand: z.boolean(),
      band: z.enum(bands).optional(),
      yRange: rangeSchema(z).optional(),
      inTurn: z.boolean().optional(),
      phases: z.boolean(),
      plan: z.enum(horizons).optional(),
    }),

  needs: ['plan'],
  showsEachSource: true,
  showsPairs: true,
  axisOf: ({ x }) => x,
  data: ({ trainings, looks, plan, source, range }, spec) => {
    return { trainings, range, ...withPlan(chartLines(trainings, spec, looks), plan, spec, source) };
  },
  parts: ['LineChart', 'CustomChart', 'MarkAreaComponent', 'LabelLayout'],
  option: lineOption,
  rows: lineRows,
  notes: ({ metric, smoothing, seedsAsBand, band = 'range' }) => [
    isSmoothable(metric) && smoothing > 0
      ? `smoothed: debiased exponential moving average of weight ${smoothing}`
      : 'not smoothed',
    ...(seedsAsBand
      ? [`mean, least and most: ${bandWords[band]} of the seeds of a family, interpolated between points`]
      : []),
    'not sampled: pictures show at every place on the x axis the least, the greatest and the last point',
  ],
  paper: {
    report: {
      'accuracy-epoch': 'Accuracy by epoch',
      'accuracy-bytes': 'Accuracy by bytes',
      'bytes-epoch': 'Bytes by epoch',
      'bytes-time': 'Bytes by time',
    },
    archive: ['accuracy-epoch', 'accuracy-bytes', 'loss-step', 'bytes-epoch', 'throughput-time'],
  },
};

/** Traffic is best seen on a logarithmic axis. */
function usualLines(metric: Metric, x: AxisKind): LineChartSpec {
  const how = { smoothing: 0, logX: x === 'bytes', logY: false, seedsAsBand: true, phases: true, plan: 'end' } as const;
  return { kind: 'lines', metric, x, ...how };
}
