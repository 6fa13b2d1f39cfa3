import { join } from 'node:path';
import { openDatabase } from './database.ts';
import { lockRun } from './lock.ts';
import { recordTables, type RecordTables } from './record-tables.ts';
import { runTable, type RunTable } from './run-table.ts';

/** All runs and their records: a SQLite database in the home folder, and a folder for each run under `runs`. */
export interface Store extends RunTable, RecordTables {
  close(): void;
}

/**
 * Opens the store of a home folder, creating what is missing. Several processes may have it open at once. Runs that
 * say they are running while no process executes them become `interrupted`.
 */
export function openStore(home: string): Store {
  const database = openDatabase(join(home, 'sluice.db'));
  const store: Store = { ...runTable(database, home), ...recordTables(database), close: () => database.close() };
  markInterrupted(store);
  return store;
}

function markInterrupted(store: Store): void {
  const underWay = (status: string): boolean => status === 'running' || status === 'paused';
  for (const { id } of store.list().filter(({ status }) => underWay(status))) {
    const lock = lockRun(store.folder(id), 0);
    if (!lock) continue;
    // While the lock is ours nobody executes the run, so its status stands still.
    if (underWay(store.find(id).status)) store.setStatus(id, 'interrupted');
    lock.release();
  }
}
