import { copyFile, mkdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { OnProgress } from '../../data/progress.ts';
import { inStagingFolder } from '../../data/staging.ts';
import { messageOf, SluiceError } from '../../errors.ts';
import { publishFolder, writeFlushed } from '../checkpoint/durable.ts';
import { adoptRun } from '../life/adopt.ts';
import { writeRunFile, type RunFile } from '../store/run-file.ts';
import type { Origin, Run } from '../store/run.ts';
import type { Store } from '../store/store.ts';
import { readForeignRun, type ForeignRun } from './check.ts';
import { filesOfRun, findRuns } from './find.ts';

/** What came of one of the runs that were to be brought in. */
export interface Taken {
  /** Its id where it comes from, or the name of its folder. */
  readonly from: string;
  /** The run here, also where it has been here before; null where it was not taken. */
  readonly id: string | null;
  readonly outcome: 'imported' | 'there' | 'refused';
  /** Why it was not taken, in a sentence or two. */
  readonly reason: string | null;
}

export interface ImportOptions {
  readonly home: string;
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Brings the runs of a zip, a folder or another home into this one, each under a new number. One that is not as it was
 * written, or is here already, is left out and told of; the others come. Throws what findRuns throws.
 */
export async function importRuns(store: Store, path: string, { home, onProgress }: ImportOptions): Promise<Taken[]> {
  return inStagingFolder(async (scratch) => {
    const folders = await findRuns(path, scratch, onProgress);
    const taken: Taken[] = [];
    for (const [i, folder] of folders.entries()) {
      onProgress?.({ step: 'import', item: basename(folder), done: i, total: folders.length, unit: 'runs' });
      taken.push(await takeRun(store, folder, basename(resolve(path))));
    }
    return taken;
  }, home);
}

async function takeRun(store: Store, folder: string, from: string): Promise<Taken> {
  try {
    const foreign = await readForeignRun(folder);
    const known = sameRun(store, foreign.file);
    if (known)
      return { from: foreign.file.id, id: known.id, outcome: 'there', reason: difference(store, known, foreign) };
    const { id } = await bringIn(store, foreign, from);
    return { from: foreign.file.id, id, outcome: 'imported', reason: null };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { from: basename(folder), id: null, outcome: 'refused', reason: messageOf(error) };
  }
}

function sameRun(store: Store, { uid }: RunFile): Run | undefined {
  return store.list().find((run) => run.uid === uid);
}

/** What is to be said of a run that is here already: nothing where it has all that the other has. */
function difference(store: Store, { id }: Run, { records }: ForeignRun): string | null {
  const here = store.stepCount(id) + store.epochs(id).length + store.pairs(id).length;
  if (records.length <= here) return null;
  return `It has ${records.length} records, the one here ${here}. To have these, delete it first: sluice delete ${id}`;
}

/** Copies a run into a folder of its own, whole or not at all, and puts it into the database. */
async function bringIn(store: Store, { folder, file }: ForeignRun, from: string): Promise<Run> {
  const origin: Origin = { format: 'sluice', from, run: file.id, at: new Date().toISOString() };
  return keepRun(store, { ...file, origin }, async (target) => {
    for (const path of (await filesOfRun(folder)).filter((path) => path !== 'run.json')) {
      await mkdir(dirname(join(target, path)), { recursive: true });
      await copyFile(join(folder, path), join(target, path));
    }
  });
}

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
