import { existsSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { checkPacking, isArchive, unpack } from '../data/archive.ts';
import type { OnProgress } from '../data/progress.ts';
import { syncFolder } from '../disk.ts';
import { codeOf, SluiceError } from '../errors.ts';
import { manifestFile, readSet, weightsOf, type ReadSet } from './files.ts';
import { freeSetFolder, setNameFrom } from './home.ts';
import { requireWholeSet } from './open.ts';
import { budgetName } from './pair.ts';
import { publishSet } from './publish.ts';

export interface ImportOptions {
  /** What to call it here: as it was called where it was made, unless given. */
  readonly name?: string;
  readonly onProgress?: OnProgress;
}

/**
 * Brings a set into this home that was exported: a zip (or tar), or a folder. Only its own files are taken, and compared
 * with their sums here. Nothing is left behind when it fails. Throws `file-missing`, `set-unknown`, `set-newer`,
 * `set-damaged`, `set-exists`, `name-invalid`, and what `unpack` throws.
 */
export async function importSet(given: string, { name: chosen, onProgress }: ImportOptions = {}): Promise<ReadSet> {
  if (chosen !== undefined) freeSetFolder(chosen);
  const path = resolve(given);
  const isPacked = !(await isFolder(path));
  return publishSet(async (folder, scratch) => {
    if (isPacked) await unpackSet(path, scratch, onProgress);
    const found = await findIn(isPacked ? scratch : path, given);
    const name = chosen ?? setNameFrom(found.madeAs);
    freeSetFolder(name);
    await requireWholeSet(found, onProgress);
    for (const file of [manifestFile, ...weightsOf(found.manifest).map((entry) => entry.file)]) {
      await copyFlushed(join(found.folder, file), join(folder, file));
    }
    for (const { budget } of found.manifest.pairs) await syncFolder(join(folder, budgetName(budget)));
    return name;
  });
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch((cause: unknown) => {
    if (codeOf(cause) !== 'ENOENT') throw cause;
    throw new SluiceError('file-missing', `There is no ${path}. Name the zip or the folder of an exported model set.`, {
      path: 'path',
      cause,
    });
  });
  return found.isDirectory();
}

async function unpackSet(path: string, scratch: string, onProgress?: OnProgress): Promise<void> {
  checkPacking(path);
  if (isArchive(path)) return unpack(path, scratch, onProgress);
  const message = `${path} is neither a folder nor a zip: name what "sluice models export" has written.`;
  throw new SluiceError('archive-unknown', message, { path: 'path' });
}

/** The set at the top of a folder, or in the only folder there. `given` names the folder in errors. */
async function findIn(folder: string, given: string): Promise<ReadSet> {
  const entries = await readdir(folder, { withFileTypes: true });
  const within = [
    folder,
    ...entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name)),
  ].filter((place) => existsSync(join(place, manifestFile)));
  if (within.length === 1) return readSet(within[0], join(given, relative(folder, within[0])));
  const what = within.length === 0 ? `no ${manifestFile}, at its top or one folder below` : 'several model sets';
  throw new SluiceError('set-unknown', `${given} holds ${what}. Name what "sluice models export" has written.`, {
    path: 'path',
  });
}

async function copyFlushed(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
  const file = await open(to, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
