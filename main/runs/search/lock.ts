import { join } from 'node:path';
import { SluiceError } from '../../errors.ts';
import { isExecuted, lockRun, type RunLock } from '../life/lock.ts';

/** Held by whoever executes a search: a terminal or the lab. */
function folderOf(home: string, id: string): string {
  return join(home, 'searches', id.replaceAll(/[^\w.-]/g, '_'));
}

/** Throws `search-busy` while another process executes it. */
export function lockSearch(home: string, id: string): RunLock {
  const lock = lockRun(folderOf(home, id), 500);
  if (lock) return lock;
  throw new SluiceError('search-busy', `The search ${id} is being executed by another process: end it there first.`);
}

export function isSearched(home: string, id: string): boolean {
  return isExecuted(folderOf(home, id));
}
