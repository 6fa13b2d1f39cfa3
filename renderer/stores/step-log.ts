import type { StepBatch, StepColumn, StepColumns } from '../../main/api.ts';
import { byStepColumn, stepColumns } from '../../main/records/columns.ts';
import { sumByPhase, type PhaseTotals } from './phase-totals.ts';

/** What became of a batch: `known` rows were there already, before `missing` ones others have to be read. */
export type Taken = 'taken' | 'known' | 'missing';

/** The steps of one run by column, as far as they were read. */
export interface StepLog {
  /** Views of exactly `count` rows; new ones after every batch, the rows in them never change. */
  readonly columns: StepColumns;
  readonly count: number;
  /** Of all rows, by training, phase and data source. */
  readonly totals: readonly PhaseTotals[];
  /** Where to read on. */
  readonly row: number;
  take(batch: StepBatch): Taken;
}

/**
 * Grows by batches in any order: one that continues what is there is appended, one of a newer generation empties the
 * log first. Rows are counted by the lab and may skip numbers, so a batch that overlaps counts as missing.
 */
export function createStepLog(): StepLog {
  let buffers = allocate(0);
  let columns: StepColumns = buffers;
  let sums = sumByPhase();
  let count = 0;
  let row = 0;
  let generation = 0;

  const show = (): void => {
    columns = byStepColumn((name) => buffers[name].subarray(0, count));
  };
  const append = (batch: StepBatch): void => {
    const added = batch.columns.step.length;
    const capacity = buffers.step.length;
    if (count + added > capacity) {
      const old = buffers;
      buffers = allocate(Math.max(1024, count + added, capacity * 2));
      for (const name of stepColumns) buffers[name].set(old[name].subarray(0, count));
    }
    for (const name of stepColumns) buffers[name].set(batch.columns[name], count);
    count += added;
    row = batch.row;
    sums.add(batch.columns);
    show();
  };
  return {
    get columns() {
      return columns;
    },
    get count() {
      return count;
    },
    get totals() {
      return sums.totals;
    },
    get row() {
      return row;
    },
    take: (batch) => {
      if (batch.generation < generation) return 'known';
      if (batch.generation > generation) {
        generation = batch.generation;
        // Views handed out before keep their rows: what comes next goes into other memory.
        buffers = allocate(0);
        sums = sumByPhase();
        [count, row] = [0, 0];
        show();
      }
      if (batch.from !== row) return batch.row <= row ? 'known' : 'missing';
      append(batch);
      return 'taken';
    },
  };
}

function allocate(rows: number): Record<StepColumn, Float64Array> {
  return byStepColumn(() => new Float64Array(rows));
}
