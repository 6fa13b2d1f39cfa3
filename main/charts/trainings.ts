import { byStepColumn } from '../records/columns.ts';
import { mergeEpochs } from '../records/merge.ts';
import type { EpochData, RunData, SourceChoice, SourceView, StepData, TrainingData } from './data.ts';
import { formatBudget } from './formats.ts';
import { jointSteps } from './joint-steps.ts';
import { labelled, type Label, type Named } from './labels.ts';

/** A training that was not yet told apart from those it is drawn with. */
export type UnlabelledTraining = Omit<TrainingData, keyof Label> & Named;

/** The trainings of runs that are drawn together, named so that they can be told apart. */
export function trainingsOf(runs: readonly RunData[], view: SourceView = 'all'): TrainingData[] {
  if (view === 'each') return trainingsBySource(runs);
  return labelled(runs.flatMap((run) => trainingsOfRun(run, view)));
}

/** Every training once for each data source of its run. */
function trainingsBySource(runs: readonly RunData[]): TrainingData[] {
  const most = Math.max(0, ...runs.map(({ sources }) => sources));
  return Array.from({ length: most }, (_, source) => {
    const having = new Set(runs.filter(({ sources }) => sources > source).map(({ id }) => id));
    const trainings = trainingsOf(runs, source);
    const alone = trainings.length === 1;
    return trainings
      .filter(({ run }) => having.has(run))
      .map((training) => {
        const label = `source ${source + 1}${alone ? '' : `, ${training.label}`}`;
        return { ...training, id: `${training.id}/${source}`, label, family: label };
      });
  }).flat();
}

/** The trainings of one run, to be `labelled` together with others. */
export function trainingsOfRun(run: RunData, source: SourceChoice = 'all'): UnlabelledTraining[] {
  return numbersOf(run).map((training) => ({
    id: `${run.id}/${training}`,
    run: run.id,
    training,
    number: run.number,
    seed: run.seed,
    settings: run.settings,
    testSet: run.testSet,
    name: trainingName(run, training),
    steps: stepsOf(run.steps, training, source),
    epochs: epochsOf(run.epochs, training, { source, awaited: awaitedOf(run) }),
  }));
}

/** What a training is called: its run's name, and its budget where the run has a training for each. */
export function trainingName(
  { name, trainingBudgets }: Pick<RunData, 'name' | 'trainingBudgets'>,
  training: number,
): string {
  return trainingBudgets.length > 1 ? `${name}, ${formatBudget(trainingBudgets[training] ?? null)}` : name;
}

function numbersOf({ steps, epochs }: RunData): number[] {
  const numbers = new Set(epochs.map(({ training }) => training));
  let last = -1;
  for (const training of steps.training) {
    if (training !== last) numbers.add((last = training));
  }
  return numbers.size > 0 ? [...numbers].sort((a, b) => a - b) : [0];
}

/** How many sources have to finish an epoch before it counts: all that take part, until no more will. */
export function awaitedOf({
  sources,
  dropped,
  isFinished,
}: Pick<RunData, 'sources' | 'dropped' | 'isFinished'>): number {
  return isFinished ? 1 : Math.max(1, sources - dropped);
}

/**
 * The epochs of a training, of one data source or of all together: with their bytes, all samples over all seconds, the
 * mean loss of their samples and their mean test results.
 */
export function epochsOf<T extends EpochData>(
  epochs: readonly T[],
  training: number,
  { source, awaited }: { readonly source: SourceChoice; readonly awaited: number },
): T[] {
  const own = epochs.filter((each) => each.training === training && (source === 'all' || each.source === source));
  return mergeEpochs(own, source === 'all' ? awaited : 1);
}

/** The steps of a training in order, those of several data sources as `jointSteps`. */
export function stepsOf(steps: StepData, training: number, source: SourceChoice): StepData {
  const mine = (i: number): boolean =>
    steps.training[i] === training && (source === 'all' || steps.source[i] === source);
  let count = 0;
  let [alone, inOrder] = [true, true];
  let [first, last] = [-1, -1];
  for (let i = 0; i < steps.step.length; i++) {
    if (!mine(i)) continue;
    if (first < 0) first = i;
    alone &&= steps.source[i] === steps.source[first];
    inOrder &&= last < 0 || steps.step[i] > steps.step[last];
    last = i;
    count++;
  }
  // Rows that follow one another are shown as they are, without a copy.
  if (alone && inOrder && last - first === Math.max(0, count - 1)) {
    const from = Math.max(0, first);
    return byStepColumn((column) => steps[column].subarray(from, from + count));
  }
  const rows = Array.from(steps.step.keys()).filter(mine);
  if (!alone || !inOrder) rows.sort((a, b) => steps.step[a] - steps.step[b]);
  return alone
    ? byStepColumn((column) => Float64Array.from(rows, (row) => steps[column][row]))
    : jointSteps(steps, rows);
}
