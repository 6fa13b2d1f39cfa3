import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { syncFolder } from '../../disk.ts';
import { codeOf, messageOf, SluiceError } from '../../errors.ts';
import type { Snapshot } from '../../training/snapshot.ts';
import { publishFolder } from './durable.ts';
import { manifestName, readManifest, writeManifest, type Binding, type Manifest, type Owner } from './manifest.ts';
import { readSnapshot, writeSnapshot, type Sums } from './snapshot-files.ts';

/**
 * Where the data sources of a run stand, all at the same moment: nothing was under way between them and the server.
 * It lacks those that never came to a checkpoint.
 */
export type RunCheckpoint = ReadonlyMap<number, Snapshot>;

/**
 * A run's checkpoints are numbered folders, `checkpoint/000001` and so on, each there whole or not at all. The highest
 * counts; the one before it is kept to fall back on. Sources but the first have a folder in it, `source-1` and so on.
 */
const keptCheckpoints = 2;

/** A checkpoint that cannot be gone on from is set aside under this suffix, until the next one is made. */
const asideSuffix = '.aside';

export interface LoadOptions {
  /** Whose it has to be. Without an owner one is read, too, that a version without manifests made. */
  readonly owner?: Owner;
  /** Told of a checkpoint that is damaged, when the one before it is taken; without it the damage is thrown. */
  readonly onDamaged?: (reason: string) => void;
}

/** Saves where a training stands into its run's folder, and drops all checkpoints but this one and the one before. */
export async function saveCheckpoint(runFolder: string, checkpoint: RunCheckpoint, binding: Binding): Promise<void> {
  const root = join(runFolder, 'checkpoint');
  const before = await completeCheckpoints(root);
  const name = folderName((before.at(-1) ?? 0) + 1);
  await publishFolder(join(root, name), async (folder) => {
    const files: Sums = new Map();
    for (const [source, snapshot] of checkpoint) {
      const own = sourceFolder(folder, source);
      await mkdir(own, { recursive: true });
      for (const [file, sha256] of await writeSnapshot(own, snapshot)) files.set(withinFolder(source, file), sha256);
      if (own !== folder) await syncFolder(own);
    }
    await writeManifest(folder, binding, files);
  });
  const left = new Set([name, ...before.slice(1 - keptCheckpoints).map(folderName)]);
  for (const entry of await readdir(root)) {
    if (!left.has(entry)) await rm(join(root, entry), { recursive: true, force: true });
  }
}

/** Whether a run has a checkpoint to go on from. */
export async function hasCheckpoint(runFolder: string): Promise<boolean> {
  return (await completeCheckpoints(join(runFolder, 'checkpoint'))).length > 0;
}

/**
 * The last checkpoint of a run, empty when it has none. Throws `checkpoint-damaged` when its files are not as they were
 * written, and `checkpoint-other` when it is another run's or was made with other settings.
 */
export async function loadCheckpoint(runFolder: string, options: LoadOptions = {}): Promise<RunCheckpoint> {
  const { owner, onDamaged } = options;
  const root = join(runFolder, 'checkpoint');
  const [last, ...earlier] = (await completeCheckpoints(root)).reverse();
  if (last === undefined) return new Map();
  const folder = join(root, folderName(last));
  try {
    return await readCheckpoint(folder, owner);
  } catch (cause) {
    if (!isDamage(cause)) throw cause;
    if (earlier.length === 0) throw damaged(folder, cause, `Delete ${root} to train from the beginning.`);
    const before = damaged(folder, cause, 'The run goes on from the checkpoint before it.');
    if (!onDamaged) throw before;
    await setAside(folder);
    onDamaged(before.message);
    return loadCheckpoint(runFolder, options);
  }
}

/** A checkpoint as its manifest tells of it, which is null where it has none that is whole. */
export interface ListedCheckpoint {
  readonly folder: string;
  readonly manifest: Manifest | null;
}

/** The checkpoints of a run (or of a source with a server half of its own), newest first. Throws `checkpoint-other`. */
export async function listCheckpoints(runFolder: string, owner: Owner): Promise<ListedCheckpoint[]> {
  const root = join(runFolder, 'checkpoint');
  const numbers = (await completeCheckpoints(root)).reverse();
  return Promise.all(
    numbers.map(async (number) => {
      const folder = join(root, folderName(number));
      const manifest = await manifestIn(folder);
      if (manifest) requireOwner(manifest, owner, folder);
      return { folder, manifest };
    }),
  );
}

/** Binds checkpoints that have no manifest, as those of an earlier version, to their run. Throws `checkpoint-damaged`. */
export async function bindCheckpoints(
  runFolder: string,
  bindingOf: (checkpoint: RunCheckpoint) => Binding,
): Promise<void> {
  const root = join(runFolder, 'checkpoint');
  for (const number of await completeCheckpoints(root)) {
    const folder = join(root, folderName(number));
    if (await manifestIn(folder)) continue;
    try {
      const { checkpoint, sums } = await readAll(folder);
      await writeManifest(folder, bindingOf(checkpoint), sums);
      await syncFolder(folder);
    } catch (cause) {
      throw isDamage(cause) ? damaged(folder, cause, `Delete ${root} to train from the beginning.`) : cause;
    }
  }
}

/** Leaves a checkpoint out of those of its run. */
export async function setAside(folder: string): Promise<void> {
  await rm(folder + asideSuffix, { recursive: true, force: true });
  await rename(folder, folder + asideSuffix);
}

async function readCheckpoint(folder: string, owner: Owner | undefined): Promise<RunCheckpoint> {
  const manifest = owner || existsSync(join(folder, manifestName)) ? await readManifest(folder) : null;
  if (manifest && owner) requireOwner(manifest, owner, folder);
  const { checkpoint, sums } = await readAll(folder);
  if (!manifest) return checkpoint;
  for (const [file, sha256] of Object.entries(manifest.files)) {
    if (sums.get(file) !== sha256)
      throw new Error(`${file}: its SHA-256 is not the one that ${manifestName} has of it`);
  }
  const unknown = [...sums.keys()].find((file) => !(file in manifest.files));
  if (unknown !== undefined) throw new Error(`${unknown} is not in ${manifestName}`);
  return checkpoint;
}

async function readAll(folder: string): Promise<{ checkpoint: RunCheckpoint; sums: Sums }> {
  const checkpoint = new Map<number, Snapshot>();
  const all: Sums = new Map();
  for (const source of await sourcesIn(folder)) {
    const { snapshot, sums } = await readSnapshot(sourceFolder(folder, source));
    checkpoint.set(source, snapshot);
    for (const [file, sha256] of sums) all.set(withinFolder(source, file), sha256);
  }
  return { checkpoint, sums: all };
}

/** Null where it has none, or none that is whole. */
async function manifestIn(folder: string): Promise<Manifest | null> {
  try {
    return await readManifest(folder);
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
}

function damaged(folder: string, cause: unknown, advice: string): SluiceError {
  const reason = cause instanceof z.ZodError ? `position.json: ${z.prettifyError(cause)}` : messageOf(cause);
  return new SluiceError('checkpoint-damaged', `The checkpoint in ${folder} is damaged (${reason}). ${advice}`, {
    cause,
  });
}

function requireOwner(manifest: Manifest, owner: Owner, folder: string): void {
  if (manifest.run === owner.uid && manifest.settings === owner.settings) return;
  const whose = manifest.run === owner.uid ? 'was made with other settings than the run has' : 'is of another run';
  const advice = `Move the folder ${folder} away to go on without it, or put back the settings and folder it belongs to.`;
  throw new SluiceError('checkpoint-other', `The checkpoint in ${folder} ${whose}. ${advice}`);
}

/** Whether an error of reading says that files are not what was written, and not that they cannot be read just now. */
function isDamage(error: unknown): boolean {
  if (error instanceof SluiceError) return error.code !== 'checkpoint-other';
  const code = codeOf(error);
  return code === undefined || ['ENOENT', 'ENOTDIR', 'EISDIR', 'EIO'].includes(code);
}

function folderName(number: number): string {
  return String(number).padStart(6, '0');
}

function sourceFolder(folder: string, source: number): string {
  return source === 0 ? folder : join(folder, `source-${source}`);
}

/** The path of a source's file within the checkpoint, alike on all systems. */
function withinFolder(source: number, file: string): string {
  return source === 0 ? file : `source-${source}/${file}`;
}

async function sourcesIn(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  const others = names.flatMap((name) => /^source-(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  return names.some((name) => name !== manifestName && !/^source-\d+$/.test(name)) ? [0, ...others] : others;
}

/** Numbers of the whole checkpoints in a folder, rising. */
async function completeCheckpoints(root: string): Promise<number[]> {
  if (!existsSync(root)) return [];
  const names = await readdir(root);
  return names
    .filter((name) => /^\d{6,}$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}
