import type { ChartFacts, MeasuredColumn } from '../records/column.ts';
import { measuredColumns } from '../records/columns.ts';
import type { records } from '../records/index.ts';

/** What can be drawn over an axis, and what is known of it. */
export interface MetricFacts extends Pick<ChartFacts, 'smoothable' | 'fromZero'> {
  readonly words: string;
  readonly unit: string | null;
  /** The column it is, where it is not made of several. */
  readonly column?: ChartedColumn;
}

interface ChartedColumn extends MeasuredColumn {
  /** Known at the end of an epoch, or at every step. */
  readonly of: 'epoch' | 'step';
  readonly chart: ChartFacts;
}

/** Metrics that are made of several columns. */
const derived = {
  bytes: { words: 'Traffic, both ways', unit: 'bytes', smoothable: false, fromZero: true },
  'step-bytes': { words: 'Bytes per step', unit: 'bytes', smoothable: false, fromZero: true },
  throughput: { words: 'Samples per second', unit: 'samples/s', smoothable: true, fromZero: true },
} as const satisfies Readonly<Record<string, MetricFacts>>;

type AnyColumn = (typeof records)['epoch' | 'step']['columns'][number];

export type DerivedMetric = keyof typeof derived;
export type Metric = DerivedMetric | Extract<AnyColumn, { readonly chart: ChartFacts }>['chart']['metric'];

const charted: readonly ChartedColumn[] = (['epoch', 'step'] as const).flatMap((of) =>
  measuredColumns(of).flatMap((column) => (column.chart ? [{ ...column, of, chart: column.chart }] : [])),
);

export const metricFacts = Object.fromEntries<MetricFacts>([
  ...Object.entries<MetricFacts>(derived),
  ...charted.map((column) => [column.chart.metric, factsOf(column)] as const),
]) as Readonly<Record<Metric, MetricFacts>>;

function factsOf(column: ChartedColumn): MetricFacts {
  const { smoothable, fromZero } = column.chart;
  return { words: column.words, unit: column.unit, smoothable, fromZero, column };
}

/** As lists show them; a column that is not named here comes after these. */
const order: readonly Metric[] = [
  'accuracy',
  'train-accuracy',
  'test-loss',
  'loss',
  'prune-loss',
  'bytes',
  'bytes-up',
  'bytes-down',
  'step-bytes',
  'throughput',
  'learning-rate',
];

export const metrics = [...new Set([...order, ...Object.keys(metricFacts)])] as readonly Metric[];
