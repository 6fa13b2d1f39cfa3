import { axes, metrics, type ChartSpec, type LineChartSpec } from './spec.ts';

/** What a chart is called on a command line and in file names. */

const lineDefaults = { smoothing: 0, logX: false, logY: false, seedsAsBand: true, phases: true, plan: 'end' } as const;

const special: Readonly<Record<string, ChartSpec>> = {
  pareto: { kind: 'scatter', y: 'best-accuracy', x: 'bytes', logX: true },
  parallel: { kind: 'parallel', seedsTogether: true, brushed: null },
  gates: { kind: 'gates', order: 'sent' },
  'step-time': { kind: 'step-time', x: 'step' },
};

/** All names: a metric and an axis, such as `accuracy-bytes`, and those that stand alone. */
export const chartNames: readonly string[] = [
  ...Object.keys(special),
  ...metrics.flatMap((metric) => axes.map((axis) => `${metric}-${axis}`)),
];

/** The chart of a name with usual settings, or null where there is none. Traffic is best seen on a logarithmic axis. */
export function namedChart(name: string, changes: Partial<LineChartSpec> = {}): ChartSpec | null {
  const alone = special[name];
  if (alone) return changed(alone, changes);
  for (const metric of metrics) {
    const x = axes.find((axis) => name === `${metric}-${axis}`);
    if (x) return { kind: 'lines', metric, x, ...lineDefaults, logX: x === 'bytes', ...changes };
  }
  return null;
}

function changed(chart: ChartSpec, { logX, seedsAsBand }: Partial<LineChartSpec>): ChartSpec {
  if (chart.kind === 'scatter' && logX !== undefined) return { ...chart, logX };
  if (chart.kind === 'parallel' && seedsAsBand !== undefined) return { ...chart, seedsTogether: seedsAsBand };
  return chart;
}

/** The name of a chart, as `namedChart` takes it. */
export function chartName(chart: ChartSpec): string {
  if (chart.kind === 'lines') return `${chart.metric}-${chart.x}`;
  return chart.kind === 'scatter' ? 'pareto' : chart.kind;
}
