import type { TrainingRecord } from '../../records/record.ts';
import type { RunSize } from './progress.ts';
import type { RunRecords } from './run-records.ts';

interface Recorder {
  add(record: TrainingRecord): void;
  flush(): void;
}

const batchRecords = 256;
/** What is recorded can be watched: as soon as it comes at a low price, on a slow disk in larger batches. */
const batchMs = { least: 250, most: 1000 };
const mostOfTime = 0.02;
const gatesPerEpoch = 128;

/**
 * Collects a run's records and appends them in batches, at least once a second while records arrive.
 * The gates of at most 128 steps an epoch are kept: they drift slowly, and all of them would be most of the store
 * (φ = 128 maps over 70,000 steps: 35 MB, against 9 MB for everything else).
 */
export function recordRun(records: Pick<RunRecords, 'append'>, size: Pick<RunSize, 'stepsPerEpoch'>): Recorder {
  let waiting: TrainingRecord[] = [];
  let flushedAt = Date.now();
  let waitMs = batchMs.least;
  const flush = (): void => {
    const start = performance.now();
    if (waiting.length > 0) records.append(waiting);
    waiting = [];
    flushedAt = Date.now();
    waitMs = Math.min(batchMs.most, Math.max(batchMs.least, (performance.now() - start) / mostOfTime));
  };
  return {
    add: (record) => {
      const every = Math.ceil(size.stepsPerEpoch / gatesPerEpoch);
      waiting.push(record.kind === 'step' && record.step % every !== 0 ? { ...record, gates: undefined } : record);
      if (waiting.length >= batchRecords || Date.now() - flushedAt >= waitMs) flush();
    },
    flush,
  };
}
