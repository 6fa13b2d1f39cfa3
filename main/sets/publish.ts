import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { inStagingFolder } from '../data/staging.ts';
import { syncFolder } from '../disk.ts';
import { readSet, type ReadSet } from './files.ts';
import { freeSetFolder, modelsFolder } from './home.ts';

/**
 * Puts a set into this home that is there whole or not at all, whatever instant the process is killed: `fill` writes and
 * flushes the files of a folder beside the sets, which then takes the name it gives back. What else it puts into `scratch`
 * is gone afterwards. Throws `name-invalid` and `set-exists`.
 */
export async function publishSet(fill: (folder: string, scratch: string) => Promise<string>): Promise<ReadSet> {
  return inStagingFolder(async (staging) => {
    const [folder, scratch] = [join(staging, 'set'), join(staging, 'scratch')];
    await mkdir(folder);
    await mkdir(scratch);
    const target = freeSetFolder(await fill(folder, scratch));
    await syncFolder(folder);
    await rename(folder, target);
    await syncFolder(modelsFolder());
    return readSet(target);
  }, modelsFolder());
}
