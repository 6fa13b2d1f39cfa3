import type { Stats } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf, SluiceError } from '../errors.ts';
import { isArchive, unpack } from './archive.ts';
import type { SourceFile } from './formats/format.ts';
import type { OnProgress } from './progress.ts';

const deepest = 8;
const systemFiles = new Set(['Thumbs.db', 'desktop.ini', '__MACOSX']);

/** `somewhere/cifar10-train.tar.gz` → `cifar10-train`. */
export function stem(path: string): string {
  return basename(path).replace(/\.(tar|tar\.gz|tgz|gz|bin)$/i, '');
}

/**
 * All files below a folder, in order of name; hidden ones and those operating systems leave behind are no data. An
 * empty folder is an error, for a class that was to lie there would be missing.
 */
async function listFiles(folder: string, label: string, prefix = '', depth = 0): Promise<SourceFile[]> {
  if (depth > deepest) {
    throw new SluiceError(
      'layout-unknown',
      `${label} lies more than ${deepest} folders deep. Import the folder that holds the data set itself.`,
    );
  }
  const entries = (await readdir(folder, { withFileTypes: true }))
    .filter(({ name }) => !name.startsWith('.') && !systemFiles.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  let files: SourceFile[] = [];
  for (const entry of entries) {
    const file = { path: join(folder, entry.name), label: join(label, entry.name), name: prefix + entry.name };
    const isFolder = entry.isSymbolicLink() ? (await statOf(file.path)).isDirectory() : entry.isDirectory();
    if (isFolder) files = files.concat(await listFiles(file.path, file.label, `${file.name}/`, depth + 1));
    else files.push(file);
  }
  if (files.length > 0) return files;
  const advice = depth === 0 ? 'Import the folder or archive with the data.' : 'Put its files there, or remove it.';
  throw new SluiceError('import-empty', `${label} holds no files. ${advice}`);
}

function statOf(path: string): Promise<Stats> {
  return stat(path).catch((cause: unknown) => {
    const advice = /[/\\]https?:[/\\]/.test(path)
      ? 'Sluice imports what is on this machine: download it first.'
      : 'Check the path.';
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const what = missing ? `There is nothing at ${path}.` : `${path} cannot be opened (${messageOf(cause)}).`;
    throw new SluiceError('file-missing', `${what} ${advice}`, { path: 'path', cause });
  });
}

/** Throws `file-missing` when there is nothing to import at a path. */
export async function requireThere(path: string): Promise<void> {
  await statOf(path);
}

/** The files one path stands for; an archive is unpacked into `scratch` first. */
async function filesOf(path: string, scratch: string, onProgress?: OnProgress): Promise<SourceFile[]> {
  if ((await statOf(path)).isDirectory()) return listFiles(path, path);
  if (!isArchive(path)) return [{ path, label: path, name: basename(path) }];
  await mkdir(scratch, { recursive: true });
  await unpack(path, scratch, onProgress);
  return listFiles(scratch, path);
}

/** All files that the paths stand for; when there are several paths, each one's name comes before its files'. */
export async function gatherFiles(
  paths: readonly string[],
  scratch: string,
  onProgress?: OnProgress,
): Promise<SourceFile[]> {
  let files: SourceFile[] = [];
  for (const [i, path] of paths.entries()) {
    const own = await filesOf(path, join(scratch, `${i}-${stem(path)}`), onProgress);
    const named = paths.length === 1 ? own : own.map((file) => ({ ...file, name: `${stem(path)}/${file.name}` }));
    files = files.concat(named);
  }
  return files;
}
