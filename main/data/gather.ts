import type { Stats } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf, SluiceError } from '../errors.ts';
import { checkPacking, isArchive, unpack } from './archive.ts';
import { mapAtOnce } from './at-once.ts';
import type { SourceFile } from './formats/format.ts';
import { named } from './formats/named.ts';
import { hasPictureName, noPictureAt } from './picture-kind.ts';
import type { OnProgress } from './progress.ts';

const deepest = 8;
const openAtOnce = 16;

/** What systems, file servers and tools leave beside data, in lower case; so do they with hidden files. */
const litter = new Set([
  ...['thumbs.db', 'ehthumbs.db', 'ehthumbs_vista.db', 'desktop.ini', 'icon\r', '__macosx', '$recycle.bin'],
  ...['system volume information', 'lost+found', '@eadir', '#recycle', '@__thumb', '__pycache__'],
]);

type Found = Pick<SourceFile, 'path' | 'label' | 'name'>;

export interface Gathered {
  readonly files: readonly SourceFile[];
  readonly notes: readonly string[];
}

/** `somewhere/cifar10-train.tar.gz` → `cifar10-train`. */
export function stem(path: string): string {
  return basename(path).replace(/\.(tar|tar\.gz|tgz|zip|gz|bin)$/i, '');
}

/**
 * All files below a folder, in order of name; hidden ones and litter are no data. An empty folder is an error, for a
 * class that was to lie there would be missing. What is neither file nor folder goes to `skipped`.
 */
async function listFiles(folder: string, label: string, skipped: string[], prefix = '', depth = 0): Promise<Found[]> {
  if (depth > deepest) {
    throw new SluiceError(
      'layout-unknown',
      `${label} lies more than ${deepest} folders deep. Import the folder that holds the data set itself.`,
    );
  }
  const entries = (await readdir(folder, { withFileTypes: true }))
    .filter(({ name }) => !name.startsWith('.') && !litter.has(name.toLowerCase()))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  let files: Found[] = [];
  for (const found of entries) {
    const file = { path: join(folder, found.name), label: join(label, found.name), name: prefix + found.name };
    const entry = found.isSymbolicLink() ? await statOf(file.path) : found;
    if (entry.isDirectory()) {
      files = files.concat(await listFiles(file.path, file.label, skipped, `${file.name}/`, depth + 1));
    } else if (entry.isFile()) files.push(file);
    else skipped.push(file.label);
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
async function filesOf(path: string, scratch: string, skipped: string[], onProgress?: OnProgress): Promise<Found[]> {
  const entry = await statOf(path);
  if (entry.isDirectory()) return listFiles(path, path, skipped);
  if (!entry.isFile()) {
    throw new SluiceError('file-missing', `${path} is neither a file nor a folder. Check the path.`, { path: 'path' });
  }
  checkPacking(path);
  if (!isArchive(path)) return [{ path, label: path, name: basename(path) }];
  await mkdir(scratch, { recursive: true });
  await unpack(path, scratch, onProgress);
  return listFiles(scratch, path, skipped);
}

/** What is not called like a picture may be one all the same. */
async function lookedAt(files: readonly Found[], given: boolean): Promise<SourceFile[]> {
  const reasons: (string | undefined)[] = [];
  await mapAtOnce(files, openAtOnce, async ({ path, name }, i) => {
    const unopened = (error: unknown): string => `it cannot be opened (${messageOf(error)})`;
    reasons[i] = hasPictureName(name) ? undefined : await noPictureAt(path).catch(unopened);
  });
  return files.map((file, i) => ({ ...file, given, noPicture: reasons[i] }));
}

/** All files that the paths stand for; when there are several paths, each one's name comes before its files'. */
export async function gatherFiles(
  paths: readonly string[],
  scratch: string,
  onProgress?: OnProgress,
): Promise<Gathered> {
  const several = paths.length > 1;
  const skipped: string[] = [];
  let files: Found[] = [];
  for (const [i, path] of paths.entries()) {
    const own = await filesOf(path, join(scratch, `${i}-${stem(path)}`), skipped, onProgress);
    files = files.concat(several ? own.map((file) => ({ ...file, name: `${stem(path)}/${file.name}` })) : own);
  }
  const notes = skipped.length > 0 ? [`passed over, as they are neither files nor folders: ${named(skipped)}`] : [];
  return { files: await lookedAt(files, several), notes };
}
