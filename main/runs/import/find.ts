import { existsSync, type Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { checkPacking, isArchive, unpack } from '../../data/archive.ts';
import type { OnProgress } from '../../data/progress.ts';
import { codeOf, SluiceError } from '../../errors.ts';
import { runFilePath } from '../store/run-file.ts';
import { findEventFiles, isEventFile, type EventFiles } from './event-files.ts';

/** The files of a run's folder that are taken in, by their paths within it; whatever else lies there stays. */
const ofRun =
  /^(run\.json|experiment\.json|records\.jsonl|log\.jsonl|offload-server\.json|(pairs|checkpoint|sources)\/.+)$/;

/** Runs lie at most so deep in what is imported: a home within an archive has them at `home/runs/0001-name`. */
const deepest = 4;

/** Weights do not get smaller by packing and records to a tenth: what grows more than so many times is no archive of runs. */
const mostGrowth = 100;
const alwaysAllowed = 2 ** 28;

/** The runs that a path stands for. */
export interface FoundRuns {
  /** Their folders. */
  readonly folders: readonly string[];
  /** Where there are no folders of runs: those that event files tell of. */
  readonly events: readonly EventFiles[];
}

/**
 * The runs that a path stands for: a run's folder, one with several, a home, event files, or an archive of any of these,
 * which is unpacked into `scratch` first. Throws `file-missing`, `archive-unknown`, what `unpack` throws, and
 * `import-empty` where there is none.
 */
export async function findRuns(given: string, scratch: string, onProgress?: OnProgress): Promise<FoundRuns> {
  const path = resolve(given);
  const entry = await statOf(path);
  if (entry.isFile() && isEventFile(path)) return { folders: [], events: await findEventFiles(path) };
  if (!entry.isDirectory()) await unpackRuns(path, entry.size, scratch, onProgress);
  const top = entry.isDirectory() ? path : scratch;
  const folders = await runFoldersIn(top, deepest);
  if (folders.length > 0) return { folders, events: [] };
  const events = await findEventFiles(top);
  if (events.length > 0) return { folders, events };
  const message =
    `${given} holds no run: no run.json at its top or within ${deepest} folders, and no event files. Name a zip that ` +
    '"sluice export --format zip" has written, the folder of a run, or the home of another Sluice.';
  throw new SluiceError('import-empty', message, { path: 'path' });
}

/** The files of a run's folder that are taken in, by their paths within it, in order; links are none. */
export async function filesOfRun(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((file) => ofRun.test(file))
    .sort();
}

async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw cause;
    const message = `There is no ${path}. Name the zip or the folder of exported runs, or another home.`;
    throw new SluiceError('file-missing', message, { path: 'path', cause });
  }
}

async function unpackRuns(path: string, size: number, scratch: string, onProgress?: OnProgress): Promise<void> {
  checkPacking(path);
  if (!isArchive(path)) {
    const message = `${path} is neither a folder nor a zip: name what "sluice export --format zip" has written.`;
    throw new SluiceError('archive-unknown', message, { path: 'path' });
  }
  // The folders around a run's own are whatever the archive has.
  const wants = (name: string): boolean => {
    const parts = name.replaceAll('\\', '/').split('/');
    return isEventFile(name) || parts.some((_, i) => ofRun.test(parts.slice(i).join('/')));
  };
  await unpack(path, scratch, onProgress, { wants, mostBytes: Math.max(alwaysAllowed, mostGrowth * size) });
}

async function runFoldersIn(folder: string, depth: number): Promise<string[]> {
  if (existsSync(runFilePath(folder))) return [folder];
  if (depth === 0) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  const below = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  const found: string[] = [];
  for (const { name } of below) found.push(...(await runFoldersIn(join(folder, name), depth - 1)));
  return found.sort();
}
