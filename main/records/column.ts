/** `null` is the full budget: nothing is masked and all maps cross the network. */
export type Budget = number | null;

/**
 * What a column holds, here and in the store: `count` a whole number from 0 on, `real` any number (NaN where a loss
 * diverged, and what the store has as null), `budget` a number of maps or the full budget, `values` numbers as
 * float32, which a record may be without.
 */
export type ColumnType = 'count' | 'real' | 'budget' | 'values';

/**
 * How the records that several data sources made at the same place become one: `mean` counts each record alike,
 * `sample-mean` each sample; `rate` is all their samples over the time they took together.
 */
export type Together = 'sum' | 'mean' | 'sample-mean' | 'rate' | 'greatest' | 'first';

/** A column as a line of a chart. */
export interface ChartFacts {
  /** The metric's name on a command line, in addresses and in files: it stays what it is. */
  readonly metric: string;
  /** Whether it has noise, so that a moving average says more than it hides. */
  readonly smoothable: boolean;
  /** Whether a linear axis begins at 0. */
  readonly fromZero: boolean;
  /** Drawn is the sum of all steps so far. */
  readonly cumulative?: true;
  /** There is nothing to draw of steps at the full budget. */
  readonly budgetOnly?: true;
}

/** What every column says of itself. */
interface AnyColumn {
  /** In records, tables and files. */
  readonly name: string;
  readonly type: ColumnType;
  /** `bytes`, `seconds`, `fraction` (of one), `samples`, `samples/s`, or any other as it is written behind a name. */
  readonly unit: string | null;
  /** Whether the store may have null there: NaN, the full budget, or no values. */
  readonly nullable: boolean;
  /** What it is, short enough for an axis. */
  readonly words: string;
  /** What help texts add to its name. */
  readonly note?: string;
}

/** Where in a run a record belongs. */
export interface PlaceColumn extends AnyColumn {
  readonly role: 'place';
  readonly type: 'count' | 'budget';
}

/** A part of the time of a step where it is drawn and listed. */
export interface PartOfStep {
  readonly name: string;
  /** Where the time goes, as the device says that trains. */
  readonly where: string;
  /** Its place in the palette. */
  readonly look: number;
}

/** What was measured, counted or set there. */
export interface MeasuredColumn extends AnyColumn {
  readonly role: 'measured';
  readonly together: Together;
  /** Counted since the training began, not since the record before. */
  readonly sinceStart?: true;
  /** Columns with this mark add up to all the time of a step. */
  readonly partOfStep?: PartOfStep;
  readonly chart?: ChartFacts;
}

export type Column = PlaceColumn | MeasuredColumn;

/** A kind of record: its table, the place that orders the records of a training there, and its columns in their order. */
export interface RecordKind {
  readonly table: string;
  readonly order: string;
  readonly columns: readonly Column[];
}
