import { byStepColumn, measuredColumns } from '../records/columns.ts';
import { mergeEpochs } from '../records/merge.ts';
import type {
  EpochData,
  PairData,
  Parts,
  RunData,
  SourceChoice,
  SourceView,
  StepData,
  TrainingData,
  TrainingStart,
} from './data.ts';
import { formatBudget } from './formats.ts';
import { jointSteps } from './joint-steps.ts';
import { labelled, type Label, type Named } from './labels.ts';
import { firstAbove, firstAtLeast } from './drawable/sample.ts';

/** A training that was not yet told apart from those it is drawn with. */
export type UnlabelledTraining = Omit<TrainingData, keyof Label> & Named;

/** The trainings of runs that are drawn together, named so that they can be told apart. */
export function trainingsOf(
  runs: readonly RunData[],
  view: SourceView = 'all',
  parts: Parts = 'pairs',
): TrainingData[] {
  if (view === 'each') return trainingsBySource(runs, parts);
  return labelled(runs.flatMap((run) => trainingsOfRun(run, view, parts)));
}

/** Every training once for each data source of its run. */
function trainingsBySource(runs: readonly RunData[], parts: Parts): TrainingData[] {
  const most = Math.max(0, ...runs.map(({ sources }) => sources));
  return Array.from({ length: most }, (_, source) => {
    const having = new Set(runs.filter(({ sources }) => sources > source).map(({ id }) => id));
    const trainings = trainingsOf(runs, source, parts);
    const alone = trainings.length === 1;
    return trainings
      .filter(({ run }) => having.has(run))
      .map((training) => {
        const label = `source ${source + 1}${alone ? '' : `, ${training.label}`}`;
        return { ...training, id: `${training.id}/${source}`, label, family: label };
      });
  }).flat();
}

/**
 * The trainings of one run, to be `labelled` together with others: those that have records, or the first while none has.
 * What leads to a pair is one of its own, so that accuracies at one budget are never taken for those at another.
 */
export function trainingsOfRun(
  run: RunData,
  source: SourceChoice = 'all',
  parts: Parts = 'pairs',
): UnlabelledTraining[] {
  const wholes = wholesOf(run.pairs);
  const wanted = parts === 'pairs' ? run.pairs : wholes;
  const recordsOf = new Map(wholes.map(({ training }) => [training, recordsOfTraining(run, training, source)]));
  const all = wanted.map((pair, number): UnlabelledTraining => {
    const own = partOf(recordsOf.get(pair.training)!, pair);
    const budget = own.epochs.at(-1)?.budget;
    const ended = budget === undefined ? pair.budget : budget;
    return {
      id: `${run.id}/${number}`,
      run: run.id,
      training: pair.training,
      lastPhase: pair.lastPhase,
      budget: ended,
      number: run.number,
      seed: run.seed,
      settings: run.settings,
      network: run.network,
      testSet: run.testSet,
      name: wanted.length > 1 ? `${run.name}, ${formatBudget(ended)}` : run.name,
      ...own,
    };
  });
  const begun = all.filter(({ steps, epochs }) => steps.step.length > 0 || epochs.length > 0);
  return begun.length > 0 ? begun : all.slice(0, 1);
}

/** The trainings of a run, each from new weights to its last pair. */
export function wholesOf(pairs: readonly PairData[]): PairData[] {
  const last = new Map(pairs.map((pair) => [pair.training, pair]));
  return [...last.values()].map((pair) => ({ ...pair, firstPhase: 0 }));
}

type Records = Pick<TrainingData, 'steps' | 'epochs'>;

function recordsOfTraining(run: RunData, training: number, source: SourceChoice): Records {
  return {
    steps: stepsOf(run.steps, training, source),
    epochs: epochsOf(run.epochs, training, { source, awaited: awaitedOf(run) }),
  };
}

/** The records of some phases of a training, counted from where these began. */
function partOf(whole: Records, { firstPhase, lastPhase }: PairData): Records & Pick<TrainingData, 'start'> {
  const { phase } = whole.steps;
  const [from, to] = [firstAtLeast(phase, firstPhase), firstAbove(phase, lastPhase)];
  const epochs = whole.epochs.filter((epoch) => epoch.phase >= firstPhase && epoch.phase <= lastPhase);
  if (to - from === phase.length && epochs.length === whole.epochs.length) return { ...whole, start: atOnce };
  const before = whole.epochs.findLast((epoch) => epoch.phase < firstPhase);
  const start: TrainingStart = {
    epoch: from < to ? whole.steps.epoch[from] : before ? before.epoch + 1 : 0,
    step: from < to ? whole.steps.step[from] : 0,
    seconds: before?.seconds ?? 0,
    bytesUp: before?.bytesUp ?? 0,
    bytesDown: before?.bytesDown ?? 0,
  };
  return {
    steps: stepsFrom(whole.steps, from, to, start),
    epochs: before ? epochs.map((epoch) => epochSince(epoch, before)) : epochs,
    start,
  };
}

const atOnce: TrainingStart = { epoch: 0, step: 0, seconds: 0, bytesUp: 0, bytesDown: 0 };

function stepsFrom(steps: StepData, from: number, to: number, start: TrainingStart): StepData {
  const columns = byStepColumn((column) => {
    const values = steps[column].subarray(from, to);
    const begun = column === 'epoch' ? start.epoch : column === 'step' ? start.step : 0;
    return begun === 0 ? values : values.map((value) => value - begun);
  });
  if (!steps.joint) return columns;
  const { places, taken, seconds } = steps.joint;
  return {
    ...columns,
    joint: {
      places: places.subarray(from, to).map((place) => place - start.epoch),
      taken: taken.subarray(from, to),
      seconds: seconds.subarray(from, to),
    },
  };
}

const totals = measuredColumns('epoch').flatMap(({ name, sinceStart }) => (sinceStart ? [name] : []));

function epochSince(epoch: EpochData, before: EpochData): EpochData {
  const value = (record: EpochData, name: string): number => Number(record[name as keyof EpochData]);
  const own = totals.map((name) => [name, value(epoch, name) - value(before, name)] as const);
  return { ...epoch, ...Object.fromEntries(own), epoch: epoch.epoch - before.epoch - 1 };
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
