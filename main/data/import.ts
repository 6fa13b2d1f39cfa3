import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { SluiceError } from '../errors.ts';
import { isArchive, unpack } from './archive.ts';
import { cifar10, cifar100 } from './formats/cifar.ts';
import { folder } from './formats/folder.ts';
import type { Format, SourceFile } from './formats/format.ts';
import { idx } from './formats/idx.ts';
import { imagenet100 } from './formats/imagenet100.ts';
import { stl10 } from './formats/stl.ts';
import { listFiles } from './listing.ts';
import { dataFolder, datasetFolder, infoOf } from './manifest.ts';
import type { OnProgress } from './progress.ts';
import type { DatasetInfo } from './source.ts';
import { writeDataset } from './store.ts';
import { syntheticName } from './synthetic.ts';

/** In the order they are tried: the more particular first. */
const formats: readonly Format[] = [cifar10, cifar100, stl10, idx, imagenet100, folder];

export interface ImportOptions {
  /** Defaults to the format's own name, or that of the first path. */
  readonly name?: string;
  /** Skips recognition: cifar10, cifar100, stl10, idx, imagenet100 or folder. */
  readonly format?: string;
  /** Scales every image of a folder to this height and width. */
  readonly size?: number;
  readonly onProgress?: OnProgress;
}

export interface ImportResult {
  readonly info: DatasetInfo;
  /** What the user should know, one sentence each. */
  readonly notes: readonly string[];
}

/** `cifar10-train.tar.gz` → `cifar10-train`. */
function stem(path: string): string {
  return basename(path).replace(/\.(tar|tar\.gz|tgz|gz|bin)$/i, '');
}

/** The files below one path; archives are unpacked into `scratch` first. */
async function filesOf(path: string, scratch: string, onProgress?: OnProgress): Promise<SourceFile[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new SluiceError('file-missing', `${path} cannot be opened. Check the path.`, { cause });
  });
  if (found.isDirectory()) return listFiles(path);
  if (!isArchive(path)) return [{ path, name: basename(path) }];
  await mkdir(scratch, { recursive: true });
  await unpack(path, scratch, onProgress);
  return listFiles(scratch);
}

/** All files given; when several paths are, each one's name comes before its files' names. */
async function gather(paths: readonly string[], scratch: string, onProgress?: OnProgress): Promise<SourceFile[]> {
  let files: SourceFile[] = [];
  for (const [i, path] of paths.entries()) {
    const found = await filesOf(path, join(scratch, `${i}-${stem(path)}`), onProgress);
    if (found.length === 0)
      throw new SluiceError('import-empty', `${path} holds no files. Import the folder or archive with the data.`);
    files = files.concat(
      paths.length === 1 ? found : found.map((file) => ({ ...file, name: `${stem(path)}/${file.name}` })),
    );
  }
  return files;
}

function formatFor(files: readonly SourceFile[], paths: readonly string[], wanted: string | undefined): Format {
  const choices = wanted === undefined ? formats : formats.filter(({ name }) => name === wanted);
  if (choices.length === 0) {
    throw new SluiceError(
      'format-unknown',
      `There is no format "${wanted}". Formats: ${formats.map(({ name }) => name).join(', ')}.`,
      { path: 'format' },
    );
  }
  const found = choices.find((format) => format.recognises(files));
  if (found) return found;
  throw new SluiceError(
    'layout-unknown',
    `${paths.join(', ')}: nothing known among ${files.length} files (the first is ${files[0]?.name}). Sluice reads\n` +
      choices.map(({ layout }) => `  - ${layout}`).join('\n'),
  );
}

function defaultName(format: Format, paths: readonly string[]): string {
  if (format === idx) return paths.some((path) => /fashion/i.test(path)) ? 'fashion-mnist' : 'mnist';
  if (format !== folder) return format.name;
  if (paths.length > 1)
    throw new SluiceError('name-missing', 'Several paths make one data set: give it a name with --name.', {
      path: 'name',
    });
  return stem(paths[0])
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64);
}

function checkFree(name: string): string {
  const target = datasetFolder(name);
  if (name === syntheticName)
    throw new SluiceError('dataset-exists', `"${name}" is built in. Choose another name: --name my-data`, {
      path: 'name',
    });
  if (existsSync(target)) {
    throw new SluiceError(
      'dataset-exists',
      `There is a data set "${name}" already. Remove it with "sluice data remove ${name}", or choose another name with --name.`,
      { path: 'name' },
    );
  }
  return target;
}

/** Removes what imports left that were killed; unpacked archives can be large. */
async function sweep(): Promise<void> {
  for (const name of await readdir(dataFolder()).catch(() => [])) {
    const pid = /^\.importing-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid)))
      await rm(join(dataFolder(), name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Brings files, folders or tars into Sluice as one data set under `<home>/data/<name>`. Images larger than
 * thumbnails stay where they are (those from an archive are kept unpacked); all others are copied decoded.
 * Nothing is left behind when it fails.
 */
export async function importDataset(
  given: string | readonly string[],
  options: ImportOptions = {},
): Promise<ImportResult> {
  const paths = [given].flat().map((path) => resolve(path));
  if (options.name !== undefined) checkFree(options.name);
  await sweep();
  const staging = join(dataFolder(), `.importing-${process.pid}-${Date.now()}`);
  await mkdir(staging, { recursive: true });
  try {
    const scratch = join(staging, 'files');
    const files = await gather(paths, scratch, options.onProgress);
    const format = formatFor(files, paths, options.format);
    const name = options.name ?? defaultName(format, paths);
    const target = checkFree(name);
    const reading = await format.read(files, { name, ...(options.size === undefined ? {} : { size: options.size }) });
    const manifest = await writeDataset(
      staging,
      reading,
      { name, format: format.name, importedFrom: paths },
      options.onProgress,
    );
    if (manifest.content === 'pixels') await rm(scratch, { recursive: true, force: true });
    await mkdir(dirname(target), { recursive: true });
    await rename(staging, target);
    return { info: infoOf(manifest), notes: reading.notes };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
