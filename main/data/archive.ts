import { statfs } from 'node:fs/promises';
import { basename } from 'node:path';
import { messageOf, SluiceError } from '../errors.ts';
import type { OnProgress } from './progress.ts';
import { untar } from './untar.ts';
import { unzip } from './unzip.ts';

/** STL-10's 2.7 GB of unlabelled images, which Sluice has no use for. */
const unused = /(^|\/)unlabeled_X\.bin$/;
const mostMembers = 2_000_000;
const deepest = 32;

/** A member of an archive, before anything of it is written. */
export interface Member {
  readonly name: string;
  /** What it is, in words; only files and folders are unpacked. */
  readonly type: string;
  /** Bytes when unpacked. */
  readonly size: number;
}

/** Asked before each member is unpacked: whether it is wanted. Throws when it must not be. */
export type Admit = (member: Member) => boolean;

export interface UnpackLimits {
  /** Whether a member is wanted, by its path in the archive; all are unless given. */
  readonly wants?: (name: string) => boolean;
  /** How many bytes the archive may become; as many as the disk has room for unless given. */
  readonly mostBytes?: number;
}

export function isArchive(path: string): boolean {
  return /\.(tar|tar\.gz|tgz|zip)$/i.test(path);
}

/** Refuses what is packed in a way that Sluice does not unpack. */
export function checkPacking(path: string): void {
  if (!/\.(tar\.(xz|bz2|zst|lz|lzma|z)|t[bx]z2?|tzst|7z|rar|xz|bz2|zst)$/i.test(path)) return;
  throw new SluiceError(
    'archive-unknown',
    `${path} is packed in a way Sluice does not unpack (it does tar, tar.gz and zip). ` +
      `Unpack it, for instance with "${/\.(7z|rar)$/i.test(path) ? '7z x' : 'tar -xf'} ${basename(path)}", and import the folder.`,
  );
}

/**
 * Unpacks a tar or zip into an existing folder. Refuses what could reach outside of it (absolute paths, `..`, links and
 * devices) and archives of too many members or of more bytes than the disk has room for.
 */
export async function unpack(
  path: string,
  into: string,
  onProgress?: OnProgress,
  limits: UnpackLimits = {},
): Promise<void> {
  const { bavail, bsize } = await statfs(into);
  const admit = gatekeeper(path, bavail * bsize, limits);
  const progress = (done: number, total: number | null): void =>
    onProgress?.({ step: 'unpack', item: path, done, total, unit: 'bytes' });
  try {
    await (/\.zip$/i.test(path) ? unzip : untar)(path, into, admit, progress);
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    // A full disk is said of the import as a whole.
    if (cause instanceof Error && 'syscall' in cause) throw cause;
    throw new SluiceError(
      'archive-damaged',
      `${path} cannot be unpacked (${messageOf(cause)}). Get the archive again.`,
      { cause },
    );
  }
}

function gatekeeper(path: string, room: number, { wants = () => true, mostBytes = Infinity }: UnpackLimits): Admit {
  let members = 0;
  let bytes = 0;
  return ({ name, type, size }) => {
    const unsafe = (what: string, advice: string): SluiceError =>
      new SluiceError('archive-unsafe', `${path} holds "${name}", ${what} ${advice}`);
    if (/^([a-z]:)?[\\/]/i.test(name) || name.split(/[\\/]/).includes('..')) {
      throw unsafe('a path that leads out of the folder it is unpacked to.', 'Do not trust this archive.');
    }
    if (type !== 'file' && type !== 'folder') {
      throw unsafe(`a ${type}; only files and folders are unpacked.`, 'Pack it again without.');
    }
    if (++members > mostMembers || name.split(/[\\/]/).length > deepest) {
      const limit = members > mostMembers ? `more than ${mostMembers} members` : `more than ${deepest} folders deep`;
      throw unsafe(`and with it ${limit}.`, 'Unpack it yourself if you trust it, and import the folder.');
    }
    if (unused.test(name) || (type === 'file' && !wants(name))) return false;
    bytes += size;
    if (bytes > mostBytes) {
      throw unsafe(
        `with which it has more than ${mostBytes} bytes.`,
        'Unpack it yourself if you trust it, and import the folder.',
      );
    }
    if (bytes <= room) return true;
    throw new SluiceError(
      'disk-full',
      `${path} unpacks to more than the disk has room for, at "${name}". Free some space, or set SLUICE_HOME to a larger disk.`,
    );
  };
}
