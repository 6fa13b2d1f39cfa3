import type { EpochData, RunData, SourceChoice, SourceView, StepData, TrainingData } from './data.ts';
import { formatBudget } from './formats.ts';
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
    name: trainingName(run, training),
    steps: stepsOf(run.steps, training, source),
    epochs: epochsOf(run.epochs, training, source),
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

const epochMeans = ['trainLoss', 'trainAccuracy', 'testLoss', 'testAccuracy'] as const satisfies (keyof EpochData)[];
const epochSums = [
  'bytesUp',
  'bytesDown',
  'wireUp',
  'wireDown',
  'samplesPerSecond',
] as const satisfies (keyof EpochData)[];

/**
 * The epochs of a training; of several data sources their mean accuracies and losses, and their bytes together. An
 * epoch counts as soon as all sources have finished it.
 */
export function epochsOf<T extends EpochData>(epochs: readonly T[], training: number, source: SourceChoice): T[] {
  const byEpoch = new Map<number, T[]>();
  for (const each of epochs) {
    if (each.training !== training || (source !== 'all' && each.source !== source)) continue;
    byEpoch.set(each.epoch, [...(byEpoch.get(each.epoch) ?? []), each]);
  }
  const sources = Math.max(0, ...[...byEpoch.values()].map(({ length }) => length));
  return [...byEpoch.values()]
    .filter(({ length }) => length === sources)
    .sort(([a], [b]) => a.epoch - b.epoch)
    .map((group) => (group.length === 1 ? group[0] : together(group)));
}

function together<T extends EpochData>(group: readonly T[]): T {
  const sum = (field: keyof EpochData): number => group.reduce((total, each) => total + Number(each[field]), 0);
  return {
    ...group[0],
    ...Object.fromEntries(epochMeans.map((field) => [field, sum(field) / group.length])),
    ...Object.fromEntries(epochSums.map((field) => [field, sum(field)])),
    seconds: Math.max(...group.map(({ seconds }) => seconds)),
  };
}

/**
 * The steps of a training in order. Several data sources step side by side: what they did at the same step is one step
 * here, of all their samples and bytes, their mean loss and their mean times.
 */
export function stepsOf(steps: StepData, training: number, source: SourceChoice): StepData {
  const mine = (i: number): boolean =>
    steps.training[i] === training && (source === 'all' || steps.source[i] === source);
  let count = 0;
  let alone = true;
  let first = -1;
  for (let i = 0; i < steps.step.length; i++) {
    if (!mine(i)) continue;
    if (first < 0) first = i;
    alone &&= steps.source[i] === steps.source[first] && (i === 0 || count === 0 || steps.step[i] > steps.step[i - 1]);
    count++;
  }
  // Rows that follow one another are shown as they are, without a copy.
  if (alone && (count === 0 || mine(first + count - 1)))
    return byColumn((column) => steps[column].subarray(Math.max(0, first), Math.max(0, first) + count));
  return combined(steps, mine);
}

const columns = [
  ...(['training', 'phase', 'source', 'epoch', 'step', 'budget', 'learningRate', 'samples', 'crossEntropy'] as const),
  ...(['pruneLoss', 'bytesUp', 'bytesDown', 'clientSeconds', 'wireSeconds', 'serverSeconds', 'waitSeconds'] as const),
];
const sums: readonly (keyof StepData)[] = ['samples', 'bytesUp', 'bytesDown'];
const means: readonly (keyof StepData)[] = [
  ...(['crossEntropy', 'pruneLoss', 'clientSeconds', 'wireSeconds', 'serverSeconds', 'waitSeconds'] as const),
];

function combined(steps: StepData, mine: (i: number) => boolean): StepData {
  const slots = new Map<number, number>();
  const rows = Array.from(steps.step.keys()).filter(mine);
  rows.sort((a, b) => steps.step[a] - steps.step[b]);
  for (const i of rows) if (!slots.has(steps.step[i])) slots.set(steps.step[i], slots.size);
  const result = byColumn(() => new Float64Array(slots.size));
  const shares = new Float64Array(slots.size);
  for (const i of rows) {
    const slot = slots.get(steps.step[i])!;
    if (shares[slot]++ === 0) for (const column of columns) result[column][slot] = steps[column][i];
    else for (const column of [...sums, ...means]) result[column][slot] += steps[column][i];
  }
  for (const column of means) result[column].forEach((total, slot) => (result[column][slot] = total / shares[slot]));
  return result;
}

function byColumn(column: (name: keyof StepData) => Float64Array): Readonly<Record<keyof StepData, Float64Array>> {
  return Object.fromEntries(columns.map((name) => [name, column(name)])) as Record<keyof StepData, Float64Array>;
}
