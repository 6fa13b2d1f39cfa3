import { join } from 'node:path';
import { publishFolder, writeFlushed } from '../checkpoint/durable.ts';
import { adoptRun } from '../life/adopt.ts';
import { writeRunFile, type RunFile } from '../store/run-file.ts';
import type { Run } from '../store/run.ts';
import type { Store } from '../store/store.ts';

/** Puts a run with its own number into this home; `fill` writes all that its folder holds besides `run.json`. */
export async function keepRun(store: Store, file: RunFile, fill: (folder: string) => Promise<void>): Promise<Run> {
  const id = store.reserve(file.name);
  const own: RunFile = { ...file, id };
  const folder = store.folder(id);
  await publishFolder(folder, async (target) => {
    await fill(target);
    const settings = { ...own.experiment, seeds: [own.seed] };
    await writeFlushed(join(target, 'experiment.json'), `${JSON.stringify(settings, null, 2)}\n`);
    writeRunFile(target, own);
  });
  return adoptRun(store, { folder, file: own, reason: null });
}
