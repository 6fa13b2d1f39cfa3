import type { EpochRecord, PairRecord, StepColumns } from '../records/record.ts';

/** What a run has recorded. */

/**
 * Steps by column, in the order they were recorded; `from` is the row asked for or continued from, `row` the one to go
 * on with. A changed generation means that rows read before were taken away: read again from row 0.
 */
export interface StepBatch {
  readonly generation: number;
  readonly from: number;
  readonly row: number;
  readonly more: boolean;
  readonly columns: StepColumns;
}

/** All epochs and pairs of a run so far. */
export interface EpochBatch {
  readonly generation: number;
  readonly epochs: readonly EpochRecord[];
  readonly pairs: readonly PairRecord[];
}

/**
 * f of every map at some moments: `values` is [moments, maps], `kept` has a bit per value, the lowest of a byte first
 * (1: the map was sent).
 */
export interface GateHistory {
  readonly maps: number;
  readonly steps: Float64Array;
  readonly epochs: Float64Array;
  /** NaN is the full budget. */
  readonly budgets: Float64Array;
  readonly values: Float32Array;
  readonly kept: Uint8Array;
}

export interface LogLine {
  readonly at: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly event: string;
  readonly text: string;
}

export interface LogPage {
  readonly from: number;
  readonly lines: readonly LogLine[];
}
