import { records } from '../../records/index.ts';
import type { TrainingRecord } from '../../records/record.ts';
import type { Position } from '../../training/snapshot.ts';

/** The place in a training that decides which records lie before it. */
export type Place = Omit<Position, 'batch'> & Partial<Position>;

/** The records of a run by where they belong: one that comes again takes the place of the one before. */
export interface Ledger {
  put(record: TrainingRecord): void;
  /** Forgets what a source did from a place on (null: everything). */
  rewind(source: number, to: Place | null): void;
  /** In the order they came. */
  all(): Iterable<TrainingRecord>;
  /** Those of a source that lie before a place. */
  before(source: number, place: Place): TrainingRecord[];
}

export function createLedger(given: Iterable<TrainingRecord> = []): Ledger {
  const rows = new Map<string, TrainingRecord>();
  const put = (record: TrainingRecord): void => {
    const { kind, training, source } = record;
    rows.set(`${kind} ${training} ${source} ${orderOf(record)}`, record);
  };
  for (const record of given) put(record);
  return {
    put,
    rewind(source, to) {
      for (const [key, record] of rows) {
        if (record.source === source && !(to && isBefore(record, to))) rows.delete(key);
      }
    },
    all: () => rows.values(),
    before: (source, place) =>
      [...rows.values()].filter((record) => record.source === source && isBefore(record, place)),
  };
}

export function placeOf({ training, phase, epoch, step }: Position): Place {
  return { training, phase, epoch, step };
}

function isBefore(record: TrainingRecord, place: Place): boolean {
  if (record.training !== place.training) return record.training < place.training;
  return orderOf(record) < place[records[record.kind].order];
}

function orderOf(record: TrainingRecord): number {
  return Number(record[records[record.kind].order as keyof TrainingRecord]);
}
