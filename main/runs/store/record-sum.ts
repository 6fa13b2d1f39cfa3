import { hash } from 'node:crypto';
import { z } from 'zod';
import { recordNames } from '../../records/columns.ts';
import type { RecordName, TrainingRecord } from '../../records/record.ts';
import { recordValues } from './record-values.ts';

const count = z.int().min(0);

export const recordSumSchema = z.strictObject({
  /** How many of each kind. */
  counts: z.partialRecord(z.enum(recordNames), count),
  /** Of the messages of all steps, both directions. */
  bytes: count,
  /** The same for the same records in any order, 16 digits. */
  digest: z.string(),
});

/** What records of one source there are, short enough to stand in a checkpoint: rows are held against it. */
export type RecordSum = z.infer<typeof recordSumSchema>;

/** Adds records up, one by one. */
export interface Tally {
  add(record: TrainingRecord): void;
  take(record: TrainingRecord): void;
  sum(): RecordSum;
  /** The sum without some of the records. */
  without(records: Iterable<TrainingRecord>): RecordSum;
}

const wordBits = 64;

export function tally(records: Iterable<TrainingRecord> = [], start?: RecordSum): Tally {
  const counts = new Map<RecordName, number>(recordNames.map((name) => [name, start?.counts[name] ?? 0]));
  let bytes = start?.bytes ?? 0;
  let digest = BigInt(`0x${start?.digest ?? '0'}`);
  const count = (record: TrainingRecord, sign: 1 | -1): void => {
    counts.set(record.kind, counts.get(record.kind)! + sign);
    if (record.kind === 'step') bytes += sign * (record.bytesUp + record.bytesDown);
    digest = BigInt.asUintN(wordBits, digest + BigInt(sign) * wordOf(record));
  };
  const sum = (): RecordSum => ({
    counts: Object.fromEntries(counts),
    bytes,
    digest: digest.toString(16).padStart(wordBits / 4, '0'),
  });
  for (const record of records) count(record, 1);
  return {
    add: (record) => count(record, 1),
    take: (record) => count(record, -1),
    sum,
    without(left) {
      const rest = tally([], sum());
      for (const record of left) rest.take(record);
      return rest.sum();
    },
  };
}

export function sameSum(a: RecordSum, b: RecordSum): boolean {
  return (
    a.digest === b.digest && a.bytes === b.bytes && recordNames.every((name) => countOf(a, name) === countOf(b, name))
  );
}

function countOf({ counts }: RecordSum, name: RecordName): number {
  return counts[name] ?? 0;
}

function wordOf(record: TrainingRecord): bigint {
  const text = JSON.stringify([record.kind, ...recordValues(record)]);
  return hash('sha256', text, 'buffer').readBigUInt64LE();
}
