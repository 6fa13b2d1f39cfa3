import type { Together } from '../records/column.ts';
import { byStepColumn, measuredColumns } from '../records/columns.ts';
import { mergeRecords } from '../records/merge.ts';
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
    .map((group) => (group.length === 1 ? group[0] : mergeRecords('epoch', group)));
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
    return byStepColumn((column) => steps[column].subarray(Math.max(0, first), Math.max(0, first) + count));
  return combined(steps, mine);
}

function combined(steps: StepData, mine: (i: number) => boolean): StepData {
  const rows = Array.from(steps.step.keys()).filter(mine);
  rows.sort((a, b) => steps.step[a] - steps.step[b]);
  const slots = new Uint32Array(rows.length);
  for (let at = 1; at < rows.length; at++) {
    slots[at] = slots[at - 1] + Number(steps.step[rows[at]] !== steps.step[rows[at - 1]]);
  }
  return byStepColumn((name) => mergeColumn(steps[name], rows, slots, ways.get(name) ?? 'first'));
}

const ways = new Map<string, Together>(measuredColumns('step').map(({ name, together }) => [name, together]));

/** The values of rows, those of the same slot as one; slots do not fall. */
function mergeColumn(
  values: Float64Array,
  rows: readonly number[],
  slots: Uint32Array,
  together: Together,
): Float64Array {
  const merged = new Float64Array(rows.length === 0 ? 0 : slots[slots.length - 1] + 1);
  const shares = new Float64Array(merged.length);
  for (let at = 0; at < rows.length; at++) {
    const [slot, value] = [slots[at], values[rows[at]]];
    if (shares[slot]++ === 0) merged[slot] = value;
    else if (together === 'sum' || together === 'mean') merged[slot] += value;
    else if (together === 'greatest') merged[slot] = Math.max(merged[slot], value);
  }
  return together === 'mean' ? merged.map((total, slot) => total / shares[slot]) : merged;
}
