import { join } from 'node:path';
import { openDatabase, type Access } from './database.ts';
import { isDiskFull } from '../../disk.ts';
import { SluiceError } from '../../errors.ts';
import { isBeating } from '../life/executor.ts';
import { isExecuted, lockRun, type RunLock } from '../life/lock.ts';
import type { TrainingRecord } from '../../records/record.ts';
import { insertRun, type RunLife } from './new-run.ts';
import { queueTable, type QueueTable } from './queue-table.ts';
import { recordTables, type RecordTables } from './record-tables.ts';
import { reportTable, type ReportTable } from './report-table.ts';
import { resultTables, type ResultTables } from './result-tables.ts';
import type { RunFile } from './run-file.ts';
import type { Run, RunStatus } from './run.ts';
import { runTable, type RunTable } from './run-table.ts';
import { searchTable, type SearchTable } from './search-table.ts';
import { stepTable, type StepTable } from './step-columns.ts';

/** All runs and their records: a SQLite database in the home folder, and a folder for each run under `runs`. */
export interface Store extends RunTable, RecordTables, StepTable, ResultTables, QueueTable, SearchTable, ReportTable {
  /** Puts a run back that its folder tells of. Throws `run-exists` when it is there, or another with its number. */
  adopt(file: RunFile, life: RunLife, records: readonly TrainingRecord[]): Run;
  /** Changes whenever something else than this store has written. */
  version(): number;
  close(): void;
}

/**
 * Opens the store of a home folder, creating what is missing. Several processes may have it open at once. Runs that
 * say they are running while no process executes them become `interrupted`. To be read alone, it need not be writable.
 */
export function openStore(home: string, access: Access = 'write'): Store {
  const database = openDatabase(join(home, 'sluice.db'), access);
  const runs = runTable(database, home);
  const store: Store = {
    ...runs,
    ...searchTable(database, runs),
    ...recordTables(database),
    ...stepTable(database),
    ...resultTables(database),
    ...queueTable(database),
    ...reportTable(database),
    adopt: (file, life, records) =>
      database.transaction(() => {
        insertRun(database, file, life);
        store.append(file.id, records);
        return store.get(file.id);
      }),
    version: () => database.version(),
    close: () => database.close(),
  };
  try {
    if (!database.readOnly) markInterrupted(store);
  } catch (error) {
    // What is there can be read all the same.
    if (!isDiskFull(error)) throw error;
  }
  return store;
}

/** Whether a process may be executing a run of this status. */
export function isUnderWay(status: RunStatus): boolean {
  return status === 'running' || status === 'paused';
}

/** What a run is at now: one under way that no process executes is interrupted, also where that cannot be written down. */
export function statusNow(store: Store, { id, status }: Pick<Run, 'id' | 'status'>): RunStatus {
  return isUnderWay(status) && !isAlive(store.folder(id)) ? 'interrupted' : status;
}

function isAlive(folder: string): boolean {
  try {
    return isExecuted(folder);
  } catch {
    // A disk without any room, on which nothing can be locked.
    return isBeating(folder);
  }
}

/**
 * Finds runs whose process has died since; `onDeath` hears of each before that is written down. What keeps it from
 * writing is thrown when all were looked at.
 */
export function markInterrupted(store: Store, onDeath: (id: string) => void = () => undefined): void {
  const failures: unknown[] = [];
  for (const { id } of store.marks().filter(({ status }) => isUnderWay(status))) {
    try {
      markDead(store, id, onDeath);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

function markDead(store: Store, id: string, onDeath: (id: string) => void): void {
  const died = (): void => {
    if (!isUnderWay(store.get(id).status)) return;
    onDeath(id);
    store.setStatus(id, 'interrupted');
  };
  let lock: RunLock | null;
  try {
    lock = lockRun(store.folder(id), 0);
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'lock-damaged') throw error;
    // One damaged file is no reason to keep all commands from working; it is told of when the run is to go on.
    if (!isBeating(store.folder(id))) died();
    return;
  }
  if (!lock) return;
  try {
    // While the lock is ours nobody executes the run, so its status stands still.
    died();
  } finally {
    lock.release();
  }
}
