import { existsSync, readdirSync, statfsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { codeOf, SluiceError } from './errors.ts';

/** Whether something failed because a disk, or what a user may fill of it, is full. */
export function isDiskFull(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL';
}

/** Whether a run that goes on could record anything: the disk of this folder has a megabyte left. */
export function hasRoom(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= 1e6;
}

/** Makes the names in a folder survive a power cut. Windows cannot open folders and journals names itself. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Throws `folder-not-empty` unless what is to be written into a folder finds nothing there. */
export function requireEmptyFolder(folder: string): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return;
  throw new SluiceError('folder-not-empty', `${folder} is not empty. Name a new folder with -o.`, { path: 'output' });
}

/** What to tell the user when a disk is full. */
export function fullDisk(folder: string): string {
  return (
    `There is no space left on the disk of ${folder}. Nothing can be recorded until some is freed; ` +
    'runs that ended because of it go on from their last checkpoint then.'
  );
}
