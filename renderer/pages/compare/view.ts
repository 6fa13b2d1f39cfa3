import { axes, metrics, type AxisKind, type Metric } from '../../../main/charts/spec.ts';

/** What a comparison shows and how: all of it stands in the page's address, so that a link shows the same. */
export interface ComparisonView {
  /** Ids of the runs, in the order they were chosen. */
  readonly runs: readonly string[];
  readonly x: AxisKind;
  /** Weight of the moving average for what is measured at every step. */
  readonly smoothing: number;
  readonly logX: boolean;
  /** Seeds of an experiment as one: their mean and their spread. */
  readonly together: boolean;
  /** What a run trained one after another where it lies in the run, not each from its own beginning. */
  readonly inTurn: boolean;
  readonly charts: readonly Metric[];
  /** Ids of trainings that are not drawn. */
  readonly hidden: readonly string[];
  /** Id of the training the others are measured by; null is the one that sends most. */
  readonly baseline: string | null;
  /** Traffic at which accuracies are read; null is as much as all have sent. */
  readonly bytes: number | null;
  /** Accuracy whose price is told; null is one that all have reached. */
  readonly reach: number | null;
}

type Query = Readonly<Record<string, unknown>>;

const usualCharts: readonly Metric[] = ['accuracy', 'loss', 'bytes', 'throughput'];

/** The view an address stands for; what is missing or makes no sense is as usual. */
export function readView(query: Query): ComparisonView {
  const text = (name: string): string => (typeof query[name] === 'string' ? query[name] : '');
  const list = (name: string): string[] => [...new Set(text(name).split(',').filter(Boolean))];
  const number = (name: string, least: number, most: number): number | null => {
    const value = text(name) === '' ? NaN : Number(text(name));
    return value >= least && value <= most ? value : null;
  };
  const charts = metrics.filter((metric) => list('charts').includes(metric));
  return {
    runs: list('runs'),
    x: axes.find((axis) => axis === text('x')) ?? 'epoch',
    smoothing: number('smooth', 0, 0.999) ?? 0.9,
    logX: text('log') === 'x',
    together: text('seeds') !== 'apart',
    inTurn: text('pairs') === 'turn',
    charts: charts.length > 0 ? charts : usualCharts,
    hidden: list('hide'),
    baseline: text('base') || null,
    bytes: number('bytes', 0, Infinity),
    reach: number('reach', 0, 1),
  };
}

/** The address of a view, as short as it can be. */
export function writeView(view: ComparisonView): Record<string, string> {
  const { runs, x, smoothing, logX, together, inTurn, charts, hidden, baseline, bytes, reach } = view;
  const isUsual = charts.length === usualCharts.length && usualCharts.every((metric) => charts.includes(metric));
  return {
    ...(runs.length > 0 && { runs: runs.join(',') }),
    ...(x !== 'epoch' && { x }),
    ...(smoothing !== 0.9 && { smooth: String(smoothing) }),
    ...(logX && { log: 'x' }),
    ...(!together && { seeds: 'apart' }),
    ...(inTurn && { pairs: 'turn' }),
    ...(!isUsual && { charts: charts.join(',') }),
    ...(hidden.length > 0 && { hide: hidden.join(',') }),
    ...(baseline !== null && { base: baseline }),
    ...(bytes !== null && { bytes: String(bytes) }),
    ...(reach !== null && { reach: String(reach) }),
  };
}

/** Runs of a view anew: those that stay keep their places, the others follow; what was hidden and is gone is forgotten. */
export function withRuns(view: ComparisonView, ids: readonly string[]): ComparisonView {
  const stay = view.runs.filter((id) => ids.includes(id));
  const runs = [...stay, ...ids.filter((id) => !stay.includes(id))];
  const isThere = (training: string): boolean => runs.includes(runOf(training));
  const baseline = view.baseline !== null && isThere(view.baseline) ? view.baseline : null;
  return { ...view, runs, baseline, hidden: view.hidden.filter(isThere) };
}

function runOf(training: string): string {
  return training.slice(0, training.lastIndexOf('/'));
}
