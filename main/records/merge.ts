import type { Together } from './column.ts';
import { measuredColumns } from './columns.ts';
import type { RecordName } from './record.ts';

const merge: Readonly<Record<Exclude<Together, 'first'>, (values: readonly number[]) => number>> = {
  sum,
  mean: (values) => sum(values) / values.length,
  greatest: (values) => Math.max(...values),
};

/** What several data sources recorded at the same time as one record, each column as the catalogue says. */
export function mergeRecords<T extends object>(kind: RecordName, group: readonly T[]): T {
  const merged: Record<string, number> = {};
  for (const { name, together } of measuredColumns(kind)) {
    if (together !== 'first') merged[name] = merge[together](group.map((record) => Number(record[name as keyof T])));
  }
  return { ...group[0], ...merged };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
