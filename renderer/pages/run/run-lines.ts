import type { Budget } from '../../../main/api.ts';
import type { RunData, SourceChoice, TrainingData } from '../../../main/charts/data.ts';
import { settingsKey } from '../../../main/charts/differing.ts';
import type { LineChartSpec, Metric } from '../../../main/charts/spec.ts';
import { trainingsOf } from '../../../main/charts/trainings.ts';
import type { RunRecords } from '../../stores/run-records.ts';
import type { FixedRun } from './run-tabs.ts';

/** All sources as one, each as a line of its own, or one alone, counted from 0. */
export type SourceView = SourceChoice | 'each';

/** The charts of the page as they are first; while one training is shown, with what is drawn beside their metrics. */
export const runCharts: readonly { readonly title: string; readonly spec: LineChartSpec }[] = [
  { title: 'Accuracy', spec: chart('accuracy', ['train-accuracy']) },
  { title: 'Loss', spec: chart('loss', ['test-loss'], 0.9) },
  { title: 'Traffic', spec: chart('bytes', ['bytes-up', 'bytes-down']) },
  { title: 'Throughput', spec: chart('throughput', [], 0.9) },
];

function chart(metric: Metric, beside: readonly Metric[], smoothing = 0): LineChartSpec {
  const plain = { logX: false, logY: false, seedsAsBand: false, phases: true };
  return { kind: 'lines', metric, beside, x: 'epoch', smoothing, ...plain };
}

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
