import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Sees to it that what a store makes can be read by this user alone: its database, what SQLite keeps beside it, which has
 * the mode that it has, and the folder of the runs. What is there already is left as it is: whoever shares a home means it.
 */
export function makePrivate(database: string): void {
  closeSync(openSync(database, 'a', 0o600));
  mkdirSync(join(dirname(database), 'runs'), { recursive: true, mode: 0o700 });
}

/** What others can read of a home's runs, by name. Windows has no modes that would tell. */
export function openToOthers(home: string): string[] {
  if (process.platform === 'win32') return [];
  return ['sluice.db', 'runs'].filter((name) => {
    const found = statSync(join(home, name), { throwIfNoEntry: false });
    return found !== undefined && (found.mode & 0o077) !== 0;
  });
}
