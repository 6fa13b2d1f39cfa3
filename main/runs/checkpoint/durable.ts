import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Suffix of a folder that is being built; one left behind by a killed process is worthless. */
const partialSuffix = '.partial';

/**
 * Puts a folder at `path` that is there whole or not at all, whatever instant the process is killed: `fill` writes and
 * flushes its files into a neighbour, which then takes the place of what was there.
 */
export async function publishFolder(path: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const partial = path + partialSuffix;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  try {
    await fill(partial);
    await syncFolder(partial);
    await rm(path, { recursive: true, force: true });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Makes the names in a folder survive a power cut. Windows cannot open folders and journals names itself. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
