import { recordNames } from '../../records/columns.ts';
import { records } from '../../records/index.ts';
import type {
  EpochRecord,
  PairRecord,
  RecordName,
  RecordNamed,
  StepRecord,
  TrainingRecord,
} from '../../records/record.ts';
import type { Database } from './database.ts';
import type { Place } from './ledger.ts';
import { recordTable, type Row } from './record-rows.ts';

/** The records of all runs, in the order they were made. */
export interface RecordTables {
  /** Adds records in one transaction; one that is there already (same training and step, epoch or phase) is replaced. */
  append(run: string, records: readonly TrainingRecord[]): void;
  steps(run: string): StepRecord[];
  /** At most `limit` steps that were added after the one in this row (0: from the start), in the order they came. */
  stepsAfter(run: string, row: number, limit: number): FollowedSteps;
  /** How often records were taken away again; what was read before the last time may be gone. */
  generation(run: string): number;
  stepCount(run: string): number;
  /** Bytes of training traffic in both directions, over all steps. */
  byteCount(run: string): number;
  epochs(run: string): EpochRecord[];
  pairs(run: string): PairRecord[];
  /**
   * Removes what lies beyond a checkpoint (null: everything), so that a resumed run counts nothing twice; of one data
   * source, or of all.
   */
  truncateAfter(run: string, position: Place | null, source?: number): void;
  /** What that would remove of one source. */
  recordsFrom(run: string, source: number, position: Place | null): TrainingRecord[];
  /** Puts these in place of all records of a run. */
  replaceRecords(run: string, records: readonly TrainingRecord[]): void;
}

/** Steps as they came, and the row to ask from next time. */
export interface FollowedSteps {
  readonly steps: readonly StepRecord[];
  readonly row: number;
}

const tables = { step: recordTable('step'), epoch: recordTable('epoch'), pair: recordTable('pair') } as const;

export function recordTables(database: Database): RecordTables {
  const rows = <Kind extends RecordName>(kind: Kind, run: string): RecordNamed<Kind>[] => {
    const { select, table, read } = tables[kind];
    const sql = `SELECT ${select} FROM ${table} WHERE run = ? ORDER BY training, ${records[kind].order}, source`;
    return database.all<Row>(sql, run).map(read) as RecordNamed<Kind>[];
  };
  const append = (run: string, added: readonly TrainingRecord[]): void => {
    database.transaction(() => {
      for (const record of added) {
        const { insert, write } = tables[record.kind];
        database.run(insert, run, ...write(record));
      }
    });
  };
  const countRemoval = (run: string): void => {
    database.run('UPDATE runs SET generation = generation + 1 WHERE id = ?', run);
  };
  return {
    append,
    steps: (run) => rows('step', run),
    stepsAfter: (run, row, limit) => {
      const { select, read } = tables.step;
      const sql = `SELECT row, ${select} FROM steps WHERE run = ? AND row > ? ORDER BY row LIMIT ?`;
      const found = database.all<Row & { row: number }>(sql, run, row, limit);
      return { steps: found.map(read) as StepRecord[], row: found.at(-1)?.row ?? row };
    },
    generation: (run) => database.all<{ n: number }>('SELECT generation AS n FROM runs WHERE id = ?', run)[0]?.n ?? 0,
    stepCount: (run) => database.all<{ n: number }>('SELECT count(*) AS n FROM steps WHERE run = ?', run)[0]?.n ?? 0,
    byteCount: (run) =>
      database.all<{ n: number }>('SELECT total(bytesUp + bytesDown) AS n FROM steps WHERE run = ?', run)[0]?.n ?? 0,
    epochs: (run) => rows('epoch', run),
    pairs: (run) => rows('pair', run),
    truncateAfter: (run, position, source) => {
      database.transaction(() => {
        const removed = recordNames.reduce((sum, kind) => {
          const sql = `DELETE FROM ${tables[kind].table} WHERE ${from(kind)} AND source = coalesce(?, source)`;
          return sum + database.run(sql, run, ...bounds(kind, position), source ?? null).changes;
        }, 0);
        if (removed > 0) countRemoval(run);
      });
    },
    recordsFrom: (run, source, position) =>
      recordNames.flatMap((kind) => {
        const { select, table, read } = tables[kind];
        const sql = `SELECT ${select} FROM ${table} WHERE ${from(kind)} AND source = ?`;
        return database.all<Row>(sql, run, ...bounds(kind, position), source).map(read);
      }),
    replaceRecords: (run, added) => {
      database.transaction(() => {
        for (const kind of recordNames) database.run(`DELETE FROM ${tables[kind].table} WHERE run = ?`, run);
        append(run, added);
        countRemoval(run);
      });
    },
  };
}

/** What lies at a place of a run or beyond it; in this form an index finds it. */
function from(kind: RecordName): string {
  return `run = ? AND (training > ? OR (training = ? AND ${records[kind].order} >= ?))`;
}

function bounds(kind: RecordName, place: Place | null): [training: number, training: number, order: number] {
  const { training, ...orders } = place ?? { training: 0, phase: 0, epoch: 0, step: 0 };
  return [training, training, orders[records[kind].order]];
}
