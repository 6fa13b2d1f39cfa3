import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { executorElsewhere, isBeating } from './executor.ts';

/** Held by the process that executes a run. The operating system lets go of it when that process ends, however it ends. */
export interface RunLock {
  release(): void;
}

const fileName = 'lock';

/**
 * Takes a run's lock, or returns null when another process (or another part of this one) holds it for longer than
 * `waitMs`, or when one on another machine executes the run. It is the file lock of an empty SQLite database: Node
 * itself has none, and a process id may be reused.
 */
export function lockRun(runFolder: string, waitMs: number): RunLock | null {
  mkdirSync(runFolder, { recursive: true });
  const file = new Libsql(join(runFolder, fileName), { timeout: waitMs });
  try {
    file.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    file.close();
    if (error instanceof Libsql.SqliteError && error.code === 'SQLITE_BUSY') return null;
    throw error;
  }
  // Between machines the lock need not hold.
  if (executorElsewhere(runFolder)) {
    file.close();
    return null;
  }
  return { release: () => file.close() };
}

/** Whether a process executes a run, here or on a machine that shares its folder. Creates nothing. */
export function isExecuted(runFolder: string): boolean {
  const file = join(runFolder, fileName);
  if (!existsSync(file)) return executorElsewhere(runFolder) !== null;
  if (!isWritable(file)) return isBeating(runFolder);
  const lock = lockRun(runFolder, 0);
  lock?.release();
  return lock === null;
}

/** A file that this user may not write cannot be locked either. */
function isWritable(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
