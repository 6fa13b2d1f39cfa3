import type { Budget } from '../../records/column.ts';
import { bestEpoch, type Scored } from '../../records/best-epoch.ts';
import type { Database } from './database.ts';

/** What lists show of runs' records. */
export interface ResultTables {
  /** Of one run, or of all that have a finished epoch, by id. */
  results(run?: string): Map<string, RunResults>;
  /** Over all steps of a run, whether their epoch is finished or not. */
  stepTotals(run: string): StepTotals;
}

export interface RunResults {
  /** Finished ones of all trainings; of several sources the furthest counts. */
  readonly epochs: number;
  /** On the test set, the mean over the sources; null where it is not a number. The best is of the epoch that is chosen. */
  readonly lastAccuracy: number | null;
  /** The best at each budget, in the order they were trained: an accuracy at another budget is another model's. */
  readonly bests: readonly BudgetBest[];
  /** Of all trainings and sources in their finished epochs. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Over all finished epochs: all samples over the time in training. */
  readonly samplesPerSecond: number | null;
  /** Of all trainings, each as long as its source that took longest; evaluation left out. */
  readonly trainingSeconds: number;
  /** Between epochs; null where it was not measured, as by versions before. */
  readonly evaluationSeconds: number | null;
  /** Between images and what crosses, in the last epoch; null where it was not measured. */
  readonly distanceCorrelation: number | null;
}

interface BudgetBest {
  readonly budget: Budget;
  readonly accuracy: number;
}

export interface StepTotals {
  readonly steps: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** To follow on from. */
  readonly row: number;
}

interface EpochRow {
  readonly run: string;
  readonly training: number;
  readonly budget: Budget;
  readonly accuracy: number | null;
  readonly validation: number | null;
  readonly samples: number | null;
  /** Since the training began. */
  readonly seconds: number | null;
  readonly evaluation: number | null;
  readonly distanceCorrelation: number | null;
}

interface BytesRow {
  readonly run: string;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

export function resultTables(database: Database): ResultTables {
  return {
    results: (run) => {
      const [where, values] = run === undefined ? ['', []] : ['WHERE run = ?', [run]];
      const epochs = database.all<EpochRow>(
        `SELECT run, training, budget, avg(testAccuracy) AS accuracy, avg(validationAccuracy) AS validation,
           sum(samplesPerSecond * took) AS samples, max(seconds) AS seconds, max(evaluationSeconds) AS evaluation,
           avg(distanceCorrelation) AS distanceCorrelation
         FROM (SELECT *, seconds - lag(seconds, 1, 0) OVER (PARTITION BY run, training, source ORDER BY epoch) AS took
               FROM epochs ${where})
         GROUP BY run, training, epoch ORDER BY run, training, epoch`,
        ...values,
      );
      // Bytes are counted from the beginning of each training, by each source.
      const bytes = database.all<BytesRow>(
        `SELECT run, sum(up) AS bytesUp, sum(down) AS bytesDown
         FROM (SELECT run, max(bytesUp) AS up, max(bytesDown) AS down FROM epochs ${where} GROUP BY run, training, source)
         GROUP BY run`,
        ...values,
      );
      const epochsOf = byRun(epochs);
      return new Map(bytes.map((sums) => [sums.run, resultsOf(epochsOf.get(sums.run) ?? [], sums)]));
    },
    stepTotals: (run) => {
      const sql = `SELECT count(*) AS steps, total(bytesUp) AS bytesUp, total(bytesDown) AS bytesDown,
         coalesce(max(row), 0) AS row FROM steps WHERE run = ?`;
      return database.all<StepTotals>(sql, run)[0];
    },
  };
}

function byRun(epochs: readonly EpochRow[]): Map<string, EpochRow[]> {
  const groups = new Map<string, EpochRow[]>();
  for (const epoch of epochs) {
    const group = groups.get(epoch.run);
    if (group) group.push(epoch);
    else groups.set(epoch.run, [epoch]);
  }
  return groups;
}

function resultsOf(epochs: readonly EpochRow[], { bytesUp, bytesDown }: BytesRow): RunResults {
  const trainingSeconds = secondsInTraining(epochs);
  const samples = sum(epochs.map((epoch) => epoch.samples));
  const evaluations = epochs.flatMap(({ evaluation }) => evaluation ?? []);
  return {
    epochs: epochs.length,
    lastAccuracy: epochs.at(-1)?.accuracy ?? null,
    bests: bestsOf(epochs),
    bytesUp,
    bytesDown,
    samplesPerSecond: samples > 0 && trainingSeconds > 0 ? samples / trainingSeconds : null,
    trainingSeconds,
    evaluationSeconds: evaluations.length > 0 ? sum(evaluations) : null,
    distanceCorrelation: epochs.at(-1)?.distanceCorrelation ?? null,
  };
}

/** Of the epochs at each budget of each training the one that is chosen. */
function bestsOf(epochs: readonly EpochRow[]): BudgetBest[] {
  const groups = new Map<string, (Scored & Pick<EpochRow, 'budget'>)[]>();
  for (const { training, budget, accuracy, validation } of epochs) {
    if (accuracy === null) continue;
    const key = `${training}/${budget}`;
    const tested = { budget, testAccuracy: accuracy, validationAccuracy: validation ?? NaN };
    groups.set(key, [...(groups.get(key) ?? []), tested]);
  }
  return [...groups.values()].map((group) => {
    const { budget, testAccuracy } = bestEpoch(group)!;
    return { budget, accuracy: testAccuracy };
  });
}

/** Trainings come one after the other. */
function secondsInTraining(epochs: readonly EpochRow[]): number {
  const trainings = new Map<number, number>();
  for (const { training, seconds } of epochs) {
    trainings.set(training, Math.max(trainings.get(training) ?? 0, seconds ?? 0));
  }
  return sum([...trainings.values()]);
}

function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}
