import type { Column } from '../../records/column.ts';
import { columnsOf } from '../../records/columns.ts';
import type { RecordName, TrainingRecord } from '../../records/record.ts';

/**
 * A record as a list of its columns that JSON can hold, in the order of the catalogue: infinities by name, gates as
 * base64 of float32, null for NaN and for the full budget. Nulls at the end are left out, so that a column that comes
 * later changes no list of before.
 */
export function recordValues(record: TrainingRecord): (number | string | null)[] {
  const values = columnsOf(record.kind).map(({ name }) => written(record[name as keyof TrainingRecord]));
  while (values.at(-1) === null) values.pop();
  return values;
}

/** The record again; `names` are its columns as they were when the list was made. */
export function recordFrom(kind: RecordName, values: readonly unknown[], names: readonly string[]): TrainingRecord {
  const record: Record<string, unknown> = { kind };
  for (const column of columnsOf(kind)) {
    const value = read(column, values[names.indexOf(column.name)] ?? null);
    if (value !== undefined) record[column.name] = value;
  }
  return record as unknown as TrainingRecord;
}

function written(value: number | string | Float32Array | null | undefined): number | string | null {
  if (value instanceof Float32Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  }
  if (typeof value !== 'number' || Number.isNaN(value)) return null;
  return Number.isFinite(value) ? value : String(value);
}

function read({ type }: Column, value: unknown): unknown {
  if (type === 'values') return typeof value === 'string' ? floats(value) : undefined;
  if (value === null) return type === 'budget' ? null : NaN;
  return Number(value);
}

function floats(base64: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer);
}
