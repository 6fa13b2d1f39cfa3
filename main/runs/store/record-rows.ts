import type { Column } from '../../records/column.ts';
import { columnsOf } from '../../records/columns.ts';
import { records } from '../../records/index.ts';
import type { RecordName, TrainingRecord } from '../../records/record.ts';
import type { Value } from './database.ts';

/** A row as the database gives it. */
export type Row = Readonly<Record<string, number | ArrayBuffer | null>>;

/** How records of a kind become rows and rows records. */
export interface RecordTable {
  readonly table: string;
  readonly insert: string;
  /** The columns to select. */
  readonly select: string;
  /** The values to insert, after the run's id. */
  write(record: TrainingRecord): Value[];
  read(row: Row): TrainingRecord;
}

export function recordTable(kind: RecordName): RecordTable {
  const columns = columnsOf(kind);
  const { table } = records[kind];
  const select = columns.map(({ name }) => name).join(', ');
  return {
    table,
    select,
    insert: `INSERT OR REPLACE INTO ${table} (run, ${select}) VALUES (?${', ?'.repeat(columns.length)})`,
    write: (record) => columns.map(({ name }) => stored(record[name as keyof TrainingRecord])),
    read: (row) => {
      const record: Record<string, unknown> = { kind };
      for (const column of columns) {
        const value = restored(column, row[column.name]);
        if (value !== undefined) record[column.name] = value;
      }
      return record as unknown as TrainingRecord;
    },
  };
}

function stored(value: number | string | Float32Array | null | undefined): Value {
  // libsql takes the whole buffer of any view but a byte array's.
  if (value instanceof Float32Array) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return value ?? null;
}

/** SQLite has no NaN (a diverged loss) and stores null; the only numbers that may really be null are budgets. */
function restored({ type }: Column, value: Row[string]): unknown {
  if (type === 'values') return value === null ? undefined : new Float32Array(value as ArrayBuffer);
  return value === null && type !== 'budget' ? NaN : value;
}
