import { statfs, stat } from 'node:fs/promises';
import { extract } from 'tar';
import type { ReadEntry } from 'tar';
import { messageOf, SluiceError } from '../errors.ts';
import type { OnProgress } from './progress.ts';

/** STL-10's 2.7 GB of unlabelled images, which Sluice has no use for. */
const unused = /(^|\/)unlabeled_X\.bin$/;

export function isArchive(path: string): boolean {
  return /\.(tar|tar\.gz|tgz)$/i.test(path);
}

/**
 * Unpacks a tar into an existing folder. Refuses what could reach outside of it (absolute paths, `..`, links and
 * devices) and archives that unpack to more than the disk has room for.
 */
export async function unpack(path: string, into: string, onProgress?: OnProgress): Promise<void> {
  const { bavail, bsize } = await statfs(into);
  const room = bavail * bsize;
  const total = /\.tar$/i.test(path) ? (await stat(path)).size : null;
  let done = 0;
  let refusal: SluiceError | undefined;
  const filter = (name: string, entry: ReadEntry | object): boolean => {
    refusal ??= refuse(path, name, entry as ReadEntry, room - done);
    if (refusal || unused.test(name)) return false;
    done += (entry as ReadEntry).size;
    onProgress?.({ step: 'unpack', item: path, done, total, unit: 'bytes' });
    return true;
  };
  try {
    await extract({ file: path, cwd: into, strict: true, preserveOwner: false, noMtime: true, filter });
  } catch (cause) {
    if (refusal) throw refusal;
    throw new SluiceError(
      'archive-damaged',
      `${path} cannot be unpacked (${messageOf(cause)}). Get the archive again.`,
      { cause },
    );
  }
  if (refusal) throw refusal;
}

function refuse(path: string, name: string, { type, size }: ReadEntry, room: number): SluiceError | undefined {
  if (/^([a-z]:)?[\\/]/i.test(name) || name.split(/[\\/]/).includes('..')) {
    return new SluiceError(
      'archive-unsafe',
      `${path} holds "${name}", a path that leads out of the folder it is unpacked to. Do not trust this archive.`,
    );
  }
  if (!['File', 'OldFile', 'ContiguousFile', 'Directory', 'GNUDumpDir'].includes(type)) {
    return new SluiceError(
      'archive-unsafe',
      `${path} holds "${name}", a ${type}; only files and folders are unpacked. Pack it again without.`,
    );
  }
  if (size > room) {
    return new SluiceError(
      'disk-full',
      `${path} unpacks to more than the disk has room for, at "${name}". Free some space, or set SLUICE_HOME to a larger disk.`,
    );
  }
  return undefined;
}
