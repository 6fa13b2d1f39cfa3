import { kinds } from './index.ts';
import type { ChartChanges, ChartKind, Need } from './kind.ts';

/** What follows from the list of kinds. */

export type ChartSpec = (typeof kinds)[number]['charts'][string];

/** A kind, whichever it is: what its `data` makes goes only into its own `option` and `rows`. */
export type AnyKind = ChartKind<ChartSpec, Need, unknown>;

export const chartKinds: readonly AnyKind[] = kinds;

/** The kind of a chart. */
export function kindOf({ kind }: ChartSpec): AnyKind {
  const found = chartKinds.find((each) => each.kind === kind);
  if (!found) throw new Error(`There is no kind of chart "${kind}".`);
  return found;
}

/** Whether charts of a kind are made of model sets; all others are made of runs. */
export function isOfSets({ needs }: AnyKind): boolean {
  return needs.includes('sets');
}

export const runChartKinds = chartKinds.filter((kind) => !isOfSets(kind));

/** All names of charts of runs on a command line: those that stand alone, and a metric with an axis, such as `accuracy-bytes`. */
export const chartNames: readonly string[] = runChartKinds.flatMap(({ charts }) => Object.keys(charts));

/** The chart of runs of a name as it is wanted, with usual settings for the rest, or null where there is none. */
export function namedChart(name: string, changes: ChartChanges = {}): ChartSpec | null {
  const kind = runChartKinds.find(({ charts }) => Object.hasOwn(charts, name));
  if (!kind) return null;
  return changedChart(kind.charts[name], changes);
}

/** A chart with what its kind takes of some changes. */
export function changedChart(chart: ChartSpec, changes: ChartChanges): ChartSpec {
  const kind = kindOf(chart);
  const takes: readonly string[] = kind.takes ?? [];
  const taken: ChartChanges = Object.fromEntries(Object.entries(changes).filter(([name]) => takes.includes(name)));
  return kind.changed?.(chart, taken) ?? { ...chart, ...taken };
}

/** The names of the charts of runs that take this of a command line. */
export function chartsTaking(change: keyof ChartChanges): string[] {
  return runChartKinds.filter(({ takes }) => takes?.includes(change)).flatMap(({ charts }) => Object.keys(charts));
}

/** The name of a chart, as `namedChart` takes it. */
export function chartName(chart: ChartSpec): string {
  return kindOf(chart).nameOf(chart);
}
