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
  /** A folder that the process of a terminal holds the lock of as long as runs wait for it. */
  terminalFolder(terminal: string): string;
  /** Changes whenever something else than this store has written. */
  version(): number;
  close(): void;
}

/**
 * Opens the store of a home folder, creating what is missing. Several processes may have it open at once. Runs that
 * say they are running while no process executes them become `interrupted`, as do those that wait for a terminal which is
 * gone. To be read alone, it need not be writable.
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
    terminalFolder: (terminal) => join(home, 'terminals', terminal),
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

/** What a run is at now: interrupted where no process executes it, or will, also where that cannot be written down. */
export function statusNow(store: Store, { id, status }: Pick<Run, 'id' | 'status'>): RunStatus {
  if (isUnderWay(status)) return isAlive(store.folder(id)) ? status : 'interrupted';
  if (status !== 'queued') return status;
  return waitsForNobody(store).has(id) ? 'interrupted' : status;
}

/** Runs in the queue of a terminal whose process is gone. */
function waitsForNobody(store: Pick<Store, 'terminalQueue' | 'terminalFolder'>): ReadonlySet<string> {
  const alive = new Map<string, boolean>();
  const isThere = (terminal: string): boolean => {
    const known = alive.get(terminal) ?? isAlive(store.terminalFolder(terminal));
    alive.set(terminal, known);
    return known;
  };
  return new Set(store.terminalQueue().flatMap(({ id, terminal }) => (isThere(terminal) ? [] : [id])));
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
 * Finds runs whose process has died since, or that of the terminal they wait for; `onDeath` hears of each before that is
 * written down. What keeps it from writing is thrown when all were looked at.
 */
export function markInterrupted(store: Store, onDeath: (id: string) => void = () => undefined): void {
  const failures: unknown[] = [];
  const forNobody = waitsForNobody(store);
  for (const { id } of store.marks().filter(({ id, status }) => isUnderWay(status) || forNobody.has(id))) {
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
    const { status } = store.get(id);
    // Somebody may have taken it up since, or off.
    const isLeft = waitsForNobody(store).has(id);
    if (isLeft) store.dequeue(id);
    if (!isUnderWay(status) && !(isLeft && status === 'queued')) return;
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
