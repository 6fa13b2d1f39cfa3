import { rmSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { dataFolder } from './manifest.ts';

/**
 * Gives `work` an empty folder beside the data sets (or in `beside`), to fill and then to rename. The folder is gone afterwards
 * if it was not renamed, also when the process ends amid the work; what killed processes left is removed on the way.
 */
export async function inStagingFolder<T>(
  work: (folder: string) => Promise<T>,
  beside: string = dataFolder(),
): Promise<T> {
  await sweepStaging(beside);
  const folder = join(beside, `.importing-${process.pid}-${Date.now()}`);
  // Files that were begun may still be being written.
  const removal = { recursive: true, force: true, maxRetries: 5 } as const;
  const removeNow = (): void => rmSync(folder, removal);
  process.once('exit', removeNow);
  try {
    await mkdir(folder, { recursive: true });
    return await work(folder);
  } finally {
    process.off('exit', removeNow);
    await rm(folder, removal);
  }
}

/** Removes what killed imports left. */
export async function sweepStaging(beside: string = dataFolder()): Promise<void> {
  for (const name of await readdir(beside).catch(() => [])) {
    const owner = /^\.importing-(\d+)-/.exec(name)?.[1];
    if (owner === undefined || isRunning(Number(owner))) continue;
    await rm(join(beside, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
