import { outcomesOf, type Outcome } from '../drawable/scatter.ts';
import { scatterOption } from '../drawing/scatter-option.ts';
import type { Range } from '../drawable/sample.ts';
import { rangeSchema, type ChartKind } from './kind.ts';

export const gains = ['best-accuracy', 'last-accuracy'] as const;
export const costs = ['bytes', 'bytes-per-sample', 'time', 'throughput'] as const;

/** Final results as points: a metric of every training against what it cost, with the Pareto front. */
export interface ScatterChartSpec {
  readonly kind: 'scatter';
  readonly y: (typeof gains)[number];
  /** What is paid, or `throughput`, of which more is better. */
  readonly x: (typeof costs)[number];
  readonly logX: boolean;
  /** The part of the y axis that is drawn; all that is measured unless given. */
  readonly yRange?: Range;
  /** Places on the axes that are marked by lines across: what was to be reached, where runs were compared. */
  readonly marks?: { readonly x: readonly number[]; readonly y: readonly number[] } | undefined;
}

export const scatter: ChartKind<ScatterChartSpec, never, readonly Outcome[]> = {
  kind: 'scatter',
  help: ['pareto', 'best accuracy against bytes'],
  charts: { pareto: { kind: 'scatter', y: 'best-accuracy', x: 'bytes', logX: true } },
  nameOf: () => 'pareto',
  takes: ['logX', 'yRange'],
  schema: (z) =>
    z.strictObject({
      kind: z.literal('scatter'),
      y: z.enum(gains),
      x: z.enum(costs),
      logX: z.boolean(),
      yRange: rangeSchema(z).optional(),
      marks: z.strictObject({ x: z.array(z.number()).max(100), y: z.array(z.number()).max(100) }).optional(),
    }),

  needs: [],
  showsEachSource: true,
  showsPairs: true,
  data: ({ trainings, looks }, spec) => outcomesOf(trainings, spec, looks),
  parts: ['ScatterChart', 'LineChart', 'MarkLineComponent', 'LabelLayout'],
  option: scatterOption,
  rows: (outcomes, { x, y }) => [
    ['training', 'run', 'family', x, y],
    ...outcomes.map(({ label, run, family, cost, gain }) => [label, run, family, cost, gain]),
  ],
  paper: { report: { pareto: 'Accuracy against bytes' } },
};
