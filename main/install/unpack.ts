import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { extract, type ReadEntry } from 'tar';
import { unpack } from '../data/archive.ts';
import type { OnProgress } from '../data/progress.ts';
import { messageOf, SluiceError } from '../errors.ts';
import type { PinnedPackage } from './pinned.ts';

/** Unpacks what is needed of an npm package, which its tarball has below one folder. */
export async function unpackPackage(tarball: string, { keep }: PinnedPackage, into: string): Promise<void> {
  await mkdir(into, { recursive: true });
  await extractTar(tarball, into, 1, (path) => keep(path.slice(path.indexOf('/') + 1)));
}

/** Unpacks a library of TensorFlow: a tar, whose links to its own files are kept, or a zip. */
export async function unpackLibrary(archive: string, into: string, onProgress?: OnProgress): Promise<void> {
  await mkdir(into, { recursive: true });
  if (archive.endsWith('.zip')) return unpack(archive, into, onProgress);
  await extractTar(archive, into, 0, (_, { type, linkpath }) => {
    // Only names in the same folder: nothing may be written through a link.
    if (type === 'SymbolicLink' || type === 'Link') return linkpath !== undefined && !/[\\/]/.test(linkpath);
    return ['File', 'OldFile', 'ContiguousFile', 'Directory'].includes(type);
  });
}

async function extractTar(
  file: string,
  cwd: string,
  strip: number,
  wanted: (path: string, entry: ReadEntry) => boolean,
): Promise<void> {
  try {
    await extract({
      file,
      cwd,
      strip,
      strict: true,
      preserveOwner: false,
      noMtime: true,
      filter: (path, entry) => !path.split('/').includes('..') && wanted(path.replace(/^\.\//, ''), entry as ReadEntry),
    });
  } catch (cause) {
    if (cause instanceof Error && 'syscall' in cause) throw cause;
    throw new SluiceError('archive-damaged', `${file} cannot be unpacked (${messageOf(cause)}). Install again.`, {
      cause,
    });
  }
}

/** A package in the place of TensorFlow.js's own, which gives the instance that Sluice runs on. */
export async function writeStandIn(folder: string, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const manifest = { name, version: '4.22.0', main: 'index.js' };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await writeFile(join(folder, 'index.js'), "module.exports = globalThis[Symbol.for('sluice.tfjs-core')];\n");
}

/** The checksum of every file below a folder, as SRI strings, by its path with slashes; links are not followed. */
export async function checksums(folder: string): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1))) {
    if (!entry.isFile()) continue;
    const hash = createHash('sha512').update(await readFile(pathOf(entry)));
    sums[relative(folder, pathOf(entry)).split(sep).join('/')] = `sha512-${hash.digest('base64')}`;
  }
  return sums;
}

function pathOf({ parentPath, name }: { parentPath: string; name: string }): string {
  return join(parentPath, name);
}
