import { copyFile, mkdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { OnProgress } from '../../data/progress.ts';
import { inStagingFolder } from '../../data/staging.ts';
import { messageOf, SluiceError } from '../../errors.ts';
import type { RunFile } from '../store/run-file.ts';
import type { Origin, Run } from '../store/run.ts';
import type { Store } from '../store/store.ts';
import { readForeignRun, type ForeignRun } from './check.ts';
import type { EventFiles } from './event-files.ts';
import { takeEventRun, type EventOptions } from './event-runs.ts';
import { filesOfRun, findRuns } from './find.ts';
import { keepRun } from './keep.ts';

/** What came of one of the runs that were to be brought in. */
export interface Taken {
  /** Its id where it comes from, or the name of its folder. */
  readonly from: string;
  /** The run here, also where it has been here before; null where it was not taken. */
  readonly id: string | null;
  readonly outcome: 'imported' | 'there' | 'refused';
  /** Why it was not taken, or what else there is to say of it, in a sentence or two. */
  readonly reason: string | null;
}

export interface ImportOptions extends EventOptions {
  readonly home: string;
  /** What people know the path as: its last part unless given. */
  readonly from?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Brings the runs of a zip, a folder, another home or event files of TensorBoard into this one, each under a new number. One that is not as it was
 * written, or is here already, is left out and told of; the others come. Throws what findRuns throws.
 */
export async function importRuns(store: Store, path: string, options: ImportOptions): Promise<Taken[]> {
  const { home, onProgress } = options;
  const from = options.from ?? basename(resolve(path));
  return inStagingFolder(async (scratch) => {
    const { folders, events } = await findRuns(path, scratch, onProgress);
    const all = [
      ...folders.map((folder) => [basename(folder), () => takeRun(store, folder, from)] as const),
      ...events.map((files) => [files.name, () => takeEvents(store, files, from, options)] as const),
    ];
    const taken: Taken[] = [];
    for (const [i, [name, take]] of all.entries()) {
      onProgress?.({ step: 'import', item: name, done: i, total: all.length, unit: 'runs' });
      taken.push(await refusals(name, take));
    }
    return taken;
  }, home);
}

/** What a user can do something about is told of the run; the others come all the same. */
async function refusals(name: string, take: () => Promise<Taken>): Promise<Taken> {
  try {
    return await take();
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { from: name, id: null, outcome: 'refused', reason: messageOf(error) };
  }
}

async function takeEvents(store: Store, files: EventFiles, from: string, options: EventOptions): Promise<Taken> {
  const { run, isNew, notes } = await takeEventRun(store, files, from, options);
  const reason = notes.length > 0 ? notes.join(' ') : null;
  return { from: files.name, id: run.id, outcome: isNew ? 'imported' : 'there', reason };
}

async function takeRun(store: Store, folder: string, from: string): Promise<Taken> {
  const foreign = await readForeignRun(folder);
  const known = sameRun(store, foreign.file);
  if (known)
    return { from: foreign.file.id, id: known.id, outcome: 'there', reason: difference(store, known, foreign) };
  const { id } = await bringIn(store, foreign, from);
  return { from: foreign.file.id, id, outcome: 'imported', reason: null };
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
