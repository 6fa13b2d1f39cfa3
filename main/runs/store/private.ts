import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Sees to it that only this user can read a store: its database, what SQLite keeps beside it, which has the mode that it
 * has, and the folder of the runs. What an older Sluice made is closed to others, too.
 */
export function keepPrivate(database: string): void {
  const runs = join(dirname(database), 'runs');
  closeSync(openSync(database, 'a', 0o600));
  mkdirSync(runs, { recursive: true, mode: 0o700 });
  for (const file of ['', '-wal', '-shm'].map((suffix) => database + suffix)) close(file, 0o600);
  close(runs, 0o700);
}

function close(path: string, mode: number): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found || (found.mode & 0o077) === 0 || process.platform === 'win32') return;
  try {
    chmodSync(path, mode);
  } catch {
    // Another's, who shares it with this user, or on a disk without modes.
  }
}
