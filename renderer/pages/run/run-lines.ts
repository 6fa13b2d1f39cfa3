import type { Budget } from '../../../main/api.ts';
import type { RunData, SourceChoice, TrainingData } from '../../../main/charts/data.ts';
import { settingsKey } from '../../../main/charts/differing.ts';
import { linesOf, type Line } from '../../../main/charts/lines.ts';
import { isOfEpochs } from '../../../main/charts/series.ts';
import type { LineChartSpec, Metric } from '../../../main/charts/spec.ts';
import { trainingsOf } from '../../../main/charts/trainings.ts';
import type { RunRecords } from '../../stores/run-records.ts';
import type { FixedRun } from './run-tabs.ts';

/** All sources as one, each as a line of its own, or one alone, counted from 0. */
export type SourceView = SourceChoice | 'each';

/** A chart of the run page: its main metric, and what is drawn with it while one training is shown. */
export interface RunChart {
  readonly title: string;
  readonly metric: Metric;
  readonly label: string;
  /** Its colour and dashes, the same for the same thing in all charts; by order unless given. */
  readonly look?: number;
  readonly beside: readonly Pick<RunChart, 'metric' | 'label' | 'look'>[];
  /** To begin with. */
  readonly smoothing: number;
}

export const runCharts = [
  {
    ...{ title: 'Accuracy', metric: 'accuracy', label: 'test', smoothing: 0 },
    beside: [{ metric: 'train-accuracy', label: 'training' }],
  },
  {
    ...{ title: 'Loss', metric: 'loss', label: 'training', look: 1, smoothing: 0.9 },
    beside: [{ metric: 'test-loss', label: 'test', look: 0 }],
  },
  {
    ...{ title: 'Traffic', metric: 'bytes', label: 'both ways', smoothing: 0 },
    beside: [
      { metric: 'bytes-up', label: 'up' },
      { metric: 'bytes-down', label: 'down' },
    ],
  },
  { title: 'Throughput', metric: 'throughput', label: 'samples per second', smoothing: 0.9, beside: [] },
] as const satisfies readonly RunChart[];

/** Budgets of the trainings of a run that has one for each; empty for all other runs. */
export function trainingBudgets({ experiment: { method, phases } }: Pick<FixedRun, 'experiment'>): Budget[] {
  return method === 'scratch' ? phases.map(({ budget }) => (budget === 'full' ? null : budget)) : [];
}

/** What charts draw of a run as it is read so far. */
export function runData(
  run: FixedRun,
  { steps, epochs }: { readonly steps: Pick<RunRecords['steps'], 'columns'>; readonly epochs: RunRecords['epochs'] },
): RunData {
  const { id, name, number, seed } = run;
  return {
    id,
    name,
    number,
    seed,
    settings: settingsKey(run.experiment),
    trainingBudgets: trainingBudgets(run),
    steps: steps.columns,
    epochs,
  };
}

/** The trainings of a run for one view of its data sources. */
export function viewedTrainings(data: RunData, view: SourceView, sources: number): TrainingData[] {
  if (view !== 'each') return trainingsOf([data], view);
  return Array.from({ length: sources }, (_, source) =>
    trainingsOf([data], source).map((training) => {
      const label = `source ${source + 1}${data.trainingBudgets.length > 1 ? `, ${training.label}` : ''}`;
      return { ...training, id: `${training.id}/${source}`, label, family: label };
    }),
  ).flat();
}

/** The lines of a chart. With one training its metrics are told apart; with several, these are, by the main metric. */
export function runLines(trainings: readonly TrainingData[], chart: RunChart, spec: LineChartSpec): Line[] {
  if (trainings.length !== 1) return linesOf(trainings, spec);
  return [chart, ...chart.beside].flatMap(({ metric, label, look }, order) =>
    // Where a line is smoothed step by step, one with a point an epoch would be smoothed away.
    linesOf(trainings, {
      ...spec,
      metric,
      smoothing: isOfEpochs(metric) && !isOfEpochs(chart.metric) ? 0 : spec.smoothing,
    }).map((line) => ({
      ...{ ...line, id: `${line.id}/${metric}`, look: look ?? order, label, family: label },
    })),
  );
}

/** A chart as the window shows it first. */
export function initialSpec({ metric, smoothing }: RunChart): LineChartSpec {
  return { kind: 'lines', metric, x: 'epoch', smoothing, logX: false, logY: false, seedsAsBand: false, phases: true };
}
