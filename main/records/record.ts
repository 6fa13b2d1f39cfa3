import type { Budget, Column, ColumnType, PartOfStep, RecordKind } from './column.ts';
import type { records } from './index.ts';

/** What a training says about itself while it runs, with the columns of the catalogue. */

interface Values {
  readonly count: number;
  readonly real: number;
  readonly budget: Budget;
  readonly values: Float32Array;
}

type ColumnsOf<Kind extends RecordKind> = Kind['columns'][number];
type OfType<Columns extends Column, Type extends ColumnType> = Extract<Columns, { readonly type: Type }>;
type Scalar = Exclude<ColumnType, 'values'>;

type RecordOf<Name extends string, Columns extends Column> = { readonly kind: Name } & {
  readonly [Each in OfType<Columns, Scalar> as Each['name']]: Values[Each['type']];
} & { readonly [Each in OfType<Columns, 'values'> as Each['name']]?: Float32Array };

export type RecordName = keyof typeof records;

export type StepRecord = RecordOf<'step', ColumnsOf<typeof records.step>>;
export type EpochRecord = RecordOf<'epoch', ColumnsOf<typeof records.epoch>>;
export type PairRecord = RecordOf<'pair', ColumnsOf<typeof records.pair>>;
export type TrainingRecord = StepRecord | EpochRecord | PairRecord;
export type RecordNamed<Name extends RecordName> = Extract<TrainingRecord, { readonly kind: Name }>;

/** The columns of steps that are numbers, one a step. */
export type StepColumn = OfType<ColumnsOf<typeof records.step>, Scalar>['name'];

/** Steps by column, in the order they came. NaN is a budget that is full, or a loss that diverged. */
export type StepColumns = Readonly<Record<StepColumn, Float64Array>>;

type PartColumn = Extract<ColumnsOf<typeof records.step>, { readonly partOfStep: PartOfStep }>;

/** The parts of a step's time: their columns, and what they are called. */
export type TimeColumn = PartColumn['name'];
export type PartName = PartColumn['partOfStep']['name'];

/** The columns of steps that are measured in a unit. */
export type StepColumnIn<Unit extends string> = Extract<
  ColumnsOf<typeof records.step>,
  { readonly unit: Unit }
>['name'];
