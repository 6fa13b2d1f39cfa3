import type { TrainingRecord } from '../../records/record.ts';
import type { Position } from '../../training/snapshot.ts';
import type { Binding, Owner } from '../checkpoint/manifest.ts';
import { placeOf } from '../store/ledger.ts';
import { openRecordFile, readRecordFile } from '../store/record-file.ts';
import { tally, type Tally } from '../store/record-sum.ts';
import type { TakenUp } from './execution.ts';
import { agree, allRecords, recordsLost, restoreRows } from './lost-records.ts';
import { settleRecords } from './settle-records.ts';

/** The records of a run under way: in the database, in the run's folder, and counted, so that none is lost unnoticed. */
export interface RunRecords {
  readonly owner: Owner;
  append(records: readonly TrainingRecord[]): void;
  /** Forgets what a source did beyond a position (null: everything), as it goes back there. */
  rewind(source: number, position: Position | null): void;
  /** What a checkpoint of sources at these positions is bound to. Then all records it comes after are on the disk. */
  bind(positions: ReadonlyMap<number, Position>): Promise<Binding>;
  /** Throws `records-lost` unless the database has what was recorded; what the folder still has is put back. */
  verify(): void;
  close(): void;
}

/**
 * Takes up the records of a run: brings the database, the record file and the checkpoints to where they agree, and says
 * so where something had to be put back. Throws `records-lost` where they never do.
 */
export async function openRunRecords(taken: TakenUp): Promise<RunRecords> {
  const { store, run, folder } = taken;
  const { owner, records } = await settleRecords(taken);
  const file = openRecordFile(folder, owner.uid);
  const tallies = new Map<number, Tally>();
  const tallyOf = (source: number): Tally => {
    const own = tallies.get(source) ?? tally();
    tallies.set(source, own);
    return own;
  };
  for (const record of records) tallyOf(record.source).add(record);
  return {
    owner,
    append(added) {
      // First to the file: what only it has is no loss.
      file.append(added);
      try {
        store.append(run.id, added);
      } catch (error) {
        file.undo();
        throw error;
      }
      for (const record of added) tallyOf(record.source).add(record);
    },
    rewind(source, position) {
      const removed = store.recordsFrom(run.id, source, position);
      if (removed.length === 0) return;
      file.rewind(source, position);
      store.truncateAfter(run.id, position, source);
      for (const record of removed) tallyOf(source).take(record);
    },
    async bind(positions) {
      const marks = [...positions].map(([source, position]) => {
        // A source that died may have told more than its last checkpoint knows of.
        const sum = tallyOf(source).without(store.recordsFrom(run.id, source, position));
        return [source, { place: placeOf(position), sum }] as const;
      });
      await file.sync();
      return { ...owner, records: new Map(marks) };
    },
    verify() {
      const recorded = new Map([...tallies].map(([source, own]) => [source, own.sum()]));
      const rows = allRecords(store, run.id);
      if (agree(rows, recorded)) return;
      const filed = [...readRecordFile(folder, owner.uid).ledger.all()];
      if (!agree(filed, recorded)) throw recordsLost(taken, recorded, rows);
      restoreRows(taken, filed);
    },
    close: () => file.close(),
  };
}
