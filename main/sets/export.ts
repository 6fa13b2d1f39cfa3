import { createReadStream } from 'node:fs';
import { copyFile, mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Zip, ZipPassThrough } from 'fflate';
import type { OnProgress } from '../data/progress.ts';
import { requireEmptyFolder } from '../disk.ts';
import { SluiceError } from '../errors.ts';
import { publishFolder } from '../runs/checkpoint/durable.ts';
import { manifestFile, totalBytesOf, weightsOf } from './files.ts';
import type { OpenedSet } from './open.ts';

/** Copies a set into a folder that is new or empty, with the same bytes. Throws `folder-not-empty`. */
export async function exportFolder(
  { name, folder, manifest }: OpenedSet,
  target: string,
  onProgress?: OnProgress,
): Promise<void> {
  requireEmptyFolder(target);
  const total = totalBytesOf(manifest);
  let done = 0;
  await publishFolder(resolve(target), async (into) => {
    await copyFile(join(folder, manifestFile), join(into, manifestFile));
    for (const { file, bytes } of weightsOf(manifest)) {
      onProgress?.({ step: 'write', item: name, done, total, unit: 'bytes' });
      await mkdir(dirname(join(into, file)), { recursive: true });
      await copyFile(join(folder, file), join(into, file));
      done += bytes;
    }
  });
}

/** What a zip without 64-bit sizes ends at, and what Sluice unpacks of one member (data/unzip.ts). */
const mostZipBytes = 0xffff_0000;
const mostMemberBytes = 2 ** 30;

/**
 * Packs a set into one zip, its files in a folder named after it, stored as they are: weights are as good as random. A file
 * that was there is replaced, once the new one is whole. Throws `set-too-large` for what no zip can hold.
 */
export async function exportZip(set: OpenedSet, target: string, onProgress?: OnProgress): Promise<void> {
  const total = totalBytesOf(set.manifest);
  requireZippable(set, total);
  await mkdir(dirname(resolve(target)), { recursive: true });
  const partial = `${target}.partial`;
  const file = await open(partial, 'w');
  try {
    await pack(set, file, (done) => onProgress?.({ step: 'pack', item: set.name, done, total, unit: 'bytes' }));
    await file.sync();
    await file.close();
    await rename(partial, target);
  } catch (error) {
    await file.close();
    await rm(partial, { force: true });
    throw error;
  }
}

async function pack(
  { name, folder, manifest }: OpenedSet,
  file: FileHandle,
  tell: (done: number) => void,
): Promise<void> {
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, data) => {
    if (error) throw error;
    ready.push(data);
  });
  let done = 0;
  for (const member of [manifestFile, ...weightsOf(manifest).map((entry) => entry.file)]) {
    const stored = new ZipPassThrough(`${name}/${member}`);
    zip.add(stored);
    for await (const piece of createReadStream(join(folder, member), { highWaterMark: 1 << 20 })) {
      stored.push(piece as Uint8Array);
      for (const data of ready.splice(0)) await file.writeFile(data);
      if (member !== manifestFile) done += (piece as Uint8Array).length;
      tell(done);
    }
    stored.push(new Uint8Array(0), true);
  }
  zip.end();
  for (const data of ready.splice(0)) await file.writeFile(data);
}

function requireZippable({ name, manifest }: OpenedSet, total: number): void {
  const largest = weightsOf(manifest).find(({ bytes }) => bytes > mostMemberBytes);
  if (total <= mostZipBytes && !largest) return;
  const what = largest
    ? `${largest.file} has ${largest.bytes} bytes, and a file in a zip of a set may have ${mostMemberBytes}`
    : `it has ${total} bytes, and a zip may have ${mostZipBytes}`;
  throw new SluiceError(
    'set-too-large',
    `Model set "${name}" does not fit a zip: ${what}. Export it with --format folder.`,
  );
}
