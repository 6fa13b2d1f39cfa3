import type { Column, MeasuredColumn, PartOfStep } from './column.ts';
import { records } from './index.ts';
import type { PartName, RecordName, StepColumn, StepColumns, TimeColumn } from './record.ts';

export const recordNames = Object.keys(records) as readonly RecordName[];

/** All columns of a kind of record, in their order. */
export function columnsOf(kind: RecordName): readonly Column[] {
  return records[kind].columns;
}

/** Those of them that do not say where the record belongs. */
export function measuredColumns(kind: RecordName): readonly MeasuredColumn[] {
  return columnsOf(kind).filter((column) => column.role === 'measured');
}

/** Those of them that are one number a record. */
export function numberColumns(kind: RecordName): readonly Column[] {
  return columnsOf(kind).filter(({ type }) => type !== 'values');
}

/** The columns of steps that windows and charts get. */
export const stepColumns = numberColumns('step').map(({ name }) => name) as readonly StepColumn[];

/** Steps by column, each made by its name. */
export function byStepColumn(make: (name: StepColumn) => Float64Array): Record<StepColumn, Float64Array> {
  return Object.fromEntries(stepColumns.map((name) => [name, make(name)])) as Record<StepColumn, Float64Array>;
}

interface TimePart extends PartOfStep {
  readonly column: TimeColumn;
  readonly name: PartName;
}

/** Where the time of a step goes, in the order it is stacked: all parts that records have. */
export const timeParts = measuredColumns('step').flatMap(({ name: column, partOfStep }) =>
  partOfStep ? [{ column, ...partOfStep }] : [],
) as readonly TimePart[];

export const timeColumns = timeParts.map(({ column }) => column);

/** Seconds of a step, waiting included. */
export function secondsOf(step: Readonly<Record<TimeColumn, number>>): number {
  return timeColumns.reduce((sum, name) => sum + step[name], 0);
}

/** Seconds of each step, waiting included. */
export function secondsOfSteps(steps: Pick<StepColumns, TimeColumn>): Float64Array {
  const sums = new Float64Array(steps[timeColumns[0]].length);
  for (const name of timeColumns) {
    const seconds = steps[name];
    for (let i = 0; i < sums.length; i++) sums[i] += seconds[i];
  }
  return sums;
}
