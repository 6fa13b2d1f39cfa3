import { createHash, type Hash } from 'node:crypto';
import { appendFile, mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { isDiskFull, syncFolder } from '../../disk.ts';
import { SluiceError } from '../../errors.ts';
import type { Control } from '../protocol/control.ts';
import type { StatePart } from '../protocol/state-part.ts';

/** The checkpoints that one data source of a run keeps on the server. */
export interface Checkpoints {
  /** Keeps bytes under a name, atomically; the oldest beyond the last few go. */
  save(name: string, bytes: Uint8Array): Promise<Control<'done'>>;
  /** The state then is the last to go. Throws `checkpoint-unknown`, and `checkpoint-damaged` when the bytes are not those of `sha256`. */
  read(name: string, sha256?: string): Promise<Uint8Array>;
  part(name: string, offset: number, length: number): Promise<StatePart>;
  drop(name: string): Promise<void>;
  /** Makes room for a checkpoint that `append` will bring. */
  begin(name: string, bytes: number): Promise<void>;
  /** Parts come in order; the last one saves the checkpoint. Throws `checkpoint-invalid`. */
  append(part: StatePart): Promise<Control<'done'>>;
  /** Forgets all of them. */
  remove(): Promise<void>;
}

export interface CheckpointLimits {
  /** Of one source. */
  readonly checkpointBytes: number;
  /** Of all runs. */
  readonly diskBytes: number;
  /** How many a source keeps. */
  readonly checkpoints: number;
}

interface Upload {
  readonly name: string;
  readonly bytes: number;
  readonly hash: Hash;
  filled: number;
}

const suffix = '.safetensors';
const partialSuffix = '.partial';

/** Checkpoints of a source in `<root>/<run>/<source>`. They outlive the session and the server. */
export function openCheckpoints(root: string, run: string, source: number, limits: CheckpointLimits): Checkpoints {
  const folder = join(root, run, String(source));
  const fileOf = (name: string): string => join(folder, name + suffix);
  let upload: Upload | null = null;

  async function requireRoom(name: string, bytes: number): Promise<void> {
    const used = async (where: string): Promise<number> =>
      (await filesIn(where)).reduce((sum, { path, size }) => sum + (path === fileOf(name) ? 0 : size), bytes);
    requireBelow('The checkpoints of a data source', await used(folder), limits.checkpointBytes);
    requireBelow('The checkpoints of all runs', await used(root), limits.diskBytes);
  }

  /** Before anything is removed for it, and before its client hears of it, the new one has its name on the disk. */
  async function publish(partial: string, name: string): Promise<void> {
    await rename(partial, fileOf(name));
    await syncFolder(folder);
    const complete = (await filesIn(folder)).filter(({ path }) => path.endsWith(suffix));
    complete.sort((a, b) => b.modified - a.modified);
    for (const { path } of complete.slice(limits.checkpoints)) await rm(path, { force: true });
  }

  async function size(name: string): Promise<number> {
    const found = await stat(fileOf(name)).catch(() => null);
    if (found) return found.size;
    throw new SluiceError(
      'checkpoint-unknown',
      `The server has no checkpoint "${name}" of source ${source} of this run. It may have been removed by age; begin anew.`,
      { path: 'name' },
    );
  }

  return {
    async save(name, bytes) {
      await requireRoom(name, bytes.length);
      await makeFolder(folder);
      const partial = fileOf(name) + partialSuffix;
      await explainFull(writeFile(partial, bytes, { flush: true }));
      await publish(partial, name);
      return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
    },
    async read(name, sha256) {
      await size(name);
      const bytes = await readFile(fileOf(name));
      if (sha256 === undefined || createHash('sha256').update(bytes).digest('hex') === sha256) {
        // It is gone on from, and outlives those after it that nobody came to need.
        const now = new Date();
        await utimes(fileOf(name), now, now);
        return bytes;
      }
      throw new SluiceError(
        'checkpoint-damaged',
        `The server's checkpoint "${name}" is not the one that was kept under this name: its SHA-256 differs. Begin anew.`,
        { path: 'sha256' },
      );
    },
    async part(name, offset, length) {
      const total = await size(name);
      const file = await open(fileOf(name), 'r');
      try {
        const buffer = new Uint8Array(Math.max(0, Math.min(length, total - offset)));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
        return { offset, total, bytes: buffer.subarray(0, bytesRead) };
      } finally {
        await file.close();
      }
    },
    drop: (name) => rm(fileOf(name), { force: true }),
    async begin(name, bytes) {
      upload = null;
      await requireRoom(name, bytes);
      await makeFolder(folder);
      await writeFile(fileOf(name) + partialSuffix, '');
      upload = { name, bytes, hash: createHash('sha256'), filled: 0 };
    },
    async append({ offset, total, bytes }) {
      if (upload?.filled !== offset || upload.bytes !== total) {
        upload = null;
        throw new SluiceError(
          'checkpoint-invalid',
          `A part of a checkpoint at byte ${offset} of ${total} was not expected.`,
        );
      }
      const partial = fileOf(upload.name) + partialSuffix;
      const last = offset + bytes.length === total;
      await explainFull(appendFile(partial, bytes, { flush: last }));
      upload.hash.update(bytes);
      upload.filled += bytes.length;
      if (!last) return {};
      const { name, hash } = upload;
      upload = null;
      await publish(partial, name);
      return { bytes: total, sha256: hash.digest('hex') };
    },
    async remove() {
      upload = null;
      await rm(folder, { recursive: true, force: true });
      // Of several sources the last one takes the folder of the run along.
      const left = await readdir(dirname(folder)).catch(() => ['gone']);
      if (left.length === 0) await rm(dirname(folder), { recursive: true, force: true });
    },
  };
}

/** Removes the runs under `root` in which nothing was kept for so many days. What no server wrote is left alone. */
export async function removeOldCheckpoints(root: string, days: number): Promise<void> {
  const oldest = Date.now() - days * 24 * 3600 * 1000;
  for (const run of await readdir(root).catch(() => [])) {
    const folder = join(root, run);
    const files = await filesIn(folder);
    const outdated = files.every(({ path, modified }) => isCheckpoint(relative(folder, path)) && modified < oldest);
    if (files.length > 0 && outdated) await rm(folder, { recursive: true, force: true });
  }
}

/** Makes a folder, and what is missing around it, whose names survive a power cut. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

/** Whether a path within a run's folder is one that a server writes: `<source>/<name>.safetensors`, or part of it. */
function isCheckpoint(path: string): boolean {
  return /^\d+[\\/][^\\/]+\.safetensors(\.partial)?$/.test(path);
}

interface StoredFile {
  readonly path: string;
  readonly size: number;
  readonly modified: number;
}

/** All files beneath a folder. Another source may remove some meanwhile. */
async function filesIn(folder: string): Promise<StoredFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const found = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(
    found.map(async (path) => {
      const facts = await stat(path).catch(() => null);
      return facts ? [{ path, size: facts.size, modified: facts.mtimeMs }] : [];
    }),
  );
  return files.flat();
}

function requireBelow(what: string, bytes: number, limit: number): void {
  if (bytes <= limit) return;
  throw new SluiceError(
    'limit-checkpoints',
    `${what} would take ${bytes} bytes, the server allows ${limit}. Drop one first, or start it with a higher limit.`,
  );
}

async function explainFull<T>(writing: Promise<T>): Promise<T> {
  try {
    return await writing;
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    throw new SluiceError('disk-full', "The offload server's disk is full. Free some space there, then resume.", {
      cause: error,
    });
  }
}
