import { byStepColumn, stepColumns } from '../../records/columns.ts';
import type { StepColumn, StepColumns } from '../../records/record.ts';
import type { Database } from './database.ts';

// Five times as fast as a row of its own for each step.
const lists = stepColumns.map((name) => `json_group_array(${name}) AS ${name}`);

export interface StepPage {
  readonly columns: StepColumns;
  /** To go on from. */
  readonly row: number;
  /** Whether there may be more. */
  readonly more: boolean;
}

/** f of every map after one step. */
export interface GateMoment {
  readonly step: number;
  readonly epoch: number;
  readonly budget: number | null;
  readonly gates: Float32Array;
}

/** Reads steps without making an object of each. */
export interface StepTable {
  /** At most `limit` steps that were added after the one in this row (0: from the start), to 15 digits. */
  stepColumns(run: string, row: number, limit: number): StepPage;
  /** The gate of a training's first source as kept, at most so many moments evenly over its steps, in their order. */
  gateMoments(run: string, training: number, most: number): GateMoment[];
}

export function stepTable(database: Database): StepTable {
  return {
    stepColumns: (run, row, limit) => {
      const [found] = database.all<Readonly<Record<StepColumn, string>> & { row: number | null; count: number }>(
        `SELECT max(row) AS row, count(*) AS count, ${lists.join(', ')}
         FROM (SELECT row, ${stepColumns.join(', ')} FROM steps WHERE run = ? AND row > ? ORDER BY row LIMIT ?)`,
        run,
        row,
        limit,
      );
      const column = (name: StepColumn): Float64Array => {
        const values = JSON.parse(found[name]) as (number | null)[];
        return Float64Array.from(values.map((value) => value ?? NaN));
      };
      return {
        columns: byStepColumn(column),
        row: found.row ?? row,
        more: found.count === limit,
      };
    },
    gateMoments: (run, training, most) => {
      const from = 'FROM steps WHERE run = ? AND training = ? AND source = 0 AND gates IS NOT NULL';
      const rows = database.all<{ row: number }>(`SELECT row ${from} ORDER BY step`, run, training);
      const sql = 'SELECT step, epoch, budget, gates FROM steps WHERE row = ?';
      return evenly(rows, most).flatMap(({ row }) =>
        database
          .all<Omit<GateMoment, 'gates'> & { gates: ArrayBuffer }>(sql, row)
          .map((moment) => ({ ...moment, gates: new Float32Array(moment.gates) })),
      );
    },
  };
}

/** At most so many items at equal distances, first and last among them. */
function evenly<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  if (most === 1) return items.slice(-1);
  return Array.from({ length: most }, (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))]);
}
