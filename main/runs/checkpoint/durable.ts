import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../../disk.ts';

/** Suffix of what is being built; one left behind by a killed process is worthless. */
const partialSuffix = '.partial';

/**
 * Puts a folder at `path` that is there whole or not at all, whatever instant the process is killed or the power cut:
 * `fill` writes and flushes its files into a neighbour, which then takes the place of what was there.
 */
export async function publishFolder(path: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const partial = path + partialSuffix;
  await rm(partial, { recursive: true, force: true });
  const made = await mkdir(partial, { recursive: true });
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
  // A folder around it that is new has a name of its own to keep.
  if (made !== undefined && made !== partial) await syncFolder(dirname(made));
}

/** Puts a file at `path` that is there whole or not at all, in place of what was there. */
export async function publishFile(path: string, data: string | readonly Uint8Array[]): Promise<void> {
  const partial = path + partialSuffix;
  await writeFlushed(partial, data);
  await rename(partial, path);
  await syncFolder(dirname(path));
}

/** Writes a file and waits until it is on the disk; its name is not yet (syncFolder). */
export async function writeFlushed(path: string, data: string | readonly Uint8Array[]): Promise<void> {
  await writeFile(path, data, { flush: true });
}
