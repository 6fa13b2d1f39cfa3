import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';

/** Held by the process that executes a run. The operating system lets go of it when that process ends, however it ends. */
export interface RunLock {
  release(): void;
}

/**
 * Takes a run's lock, or returns null when another process (or another part of this one) holds it for longer than
 * `waitMs`. It is the file lock of an empty SQLite database: Node itself has none, and a process id may be reused.
 */
export function lockRun(runFolder: string, waitMs: number): RunLock | null {
  mkdirSync(runFolder, { recursive: true });
  const file = new Libsql(join(runFolder, 'lock'), { timeout: waitMs });
  try {
    file.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    file.close();
    if (error instanceof Libsql.SqliteError && error.code === 'SQLITE_BUSY') return null;
    throw error;
  }
  return { release: () => file.close() };
}
