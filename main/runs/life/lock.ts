import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { isDiskFull } from '../../disk.ts';
import { SluiceError } from '../../errors.ts';
import { executorElsewhere, isBeating } from './executor.ts';

/** Held by the process that executes a run. The operating system lets go of it when that process ends, however it ends. */
export interface RunLock {
  release(): void;
}

const fileName = 'lock';

/**
 * Takes a run's lock, or returns null when another process (or another part of this one) holds it for longer than
 * `waitMs`, or when one on another machine executes the run. It is the file lock of an empty SQLite database: Node
 * itself has none, and a process id may be reused. Throws `lock-damaged`.
 */
export function lockRun(runFolder: string, waitMs: number): RunLock | null {
  mkdirSync(runFolder, { recursive: true });
  const file = openLock(join(runFolder, fileName), waitMs);
  if (!file) return null;
  // Between machines the lock need not hold.
  if (executorElsewhere(runFolder)) {
    file.close();
    return null;
  }
  return { release: () => file.close() };
}

/** Null when another holds it. Throws `lock-damaged` for a file that is no lock any more. */
function openLock(path: string, waitMs: number): Libsql.Database | null {
  let file: Libsql.Database | null = null;
  try {
    file = new Libsql(path, { timeout: waitMs });
    file.exec('BEGIN EXCLUSIVE');
    return file;
  } catch (cause) {
    file?.close();
    if (!(cause instanceof Libsql.SqliteError) || isDiskFull(cause)) throw cause;
    if (cause.code === 'SQLITE_BUSY') return null;
    const message =
      `The lock ${path} is damaged (${cause.message}), so nobody can tell whether the run is being executed. It holds ` +
      'nothing: once no process executes the run, delete it.';
    throw new SluiceError('lock-damaged', message, { cause });
  }
}

/** Whether a process executes a run, here or on a machine that shares its folder. Creates nothing. */
export function isExecuted(runFolder: string): boolean {
  const file = join(runFolder, fileName);
  if (!existsSync(file)) return executorElsewhere(runFolder) !== null;
  if (!isWritable(file)) return isBeating(runFolder);
  try {
    const lock = lockRun(runFolder, 0);
    lock?.release();
    return lock === null;
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'lock-damaged') return isBeating(runFolder);
    throw error;
  }
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
