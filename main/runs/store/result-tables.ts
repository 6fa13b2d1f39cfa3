import type { Budget } from '../../records/column.ts';
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
  /** On the test set, the mean over the sources; null where it is not a number. */
  readonly lastAccuracy: number | null;
  /** The best at each budget, in the order they were trained: an accuracy at another budget is another model's. */
  readonly bests: readonly BudgetBest[];
  /** Of all trainings and sources in their finished epochs. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** In the last epoch: all samples over the time of the source that took longest. */
  readonly samplesPerSecond: number | null;
}

export interface BudgetBest {
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
  readonly speed: number | null;
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
        `SELECT run, training, budget, avg(testAccuracy) AS accuracy, sum(samplesPerSecond * took) / max(took) AS speed
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
  const last = epochs.at(-1);
  return {
    epochs: epochs.length,
    lastAccuracy: last?.accuracy ?? null,
    bests: bestsOf(epochs),
    bytesUp,
    bytesDown,
    samplesPerSecond: last?.speed ?? null,
  };
}

function bestsOf(epochs: readonly EpochRow[]): BudgetBest[] {
  const bests = new Map<string, BudgetBest>();
  for (const { training, budget, accuracy } of epochs) {
    const before = bests.get(`${training}/${budget}`);
    if (accuracy === null || (before && before.accuracy >= accuracy)) continue;
    bests.set(`${training}/${budget}`, { budget, accuracy });
  }
  return [...bests.values()];
}
