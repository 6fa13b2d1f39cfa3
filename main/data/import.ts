import { rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isDiskFull } from '../disk.ts';
import { messageOf, SluiceError } from '../errors.ts';
import { isArchive } from './archive.ts';
import { freeFolder } from './datasets.ts';
import { cifar10, cifar100 } from './formats/cifar.ts';
import { folder } from './formats/folder.ts';
import type { Format, SourceFile } from './formats/format.ts';
import { idx } from './formats/idx.ts';
import { imagenet100 } from './formats/imagenet100.ts';
import { stl10 } from './formats/stl.ts';
import { gatherFiles, stem } from './gather.ts';
import { dataFolder, infoOf } from './manifest.ts';
import type { OnProgress } from './progress.ts';
import type { DatasetInfo } from './source.ts';
import { inStagingFolder } from './staging.ts';
import { writeDataset } from './store.ts';

/** In the order they are tried: the more particular first. */
const formats: readonly Format[] = [cifar10, cifar100, stl10, idx, imagenet100, folder];

export interface ImportOptions {
  /** Defaults to the format's own name, or that of the folder or archive. */
  readonly name?: string;
  /** Skips recognition: cifar10, cifar100, stl10, idx, imagenet100 or folder. */
  readonly format?: string;
  /** Scales every image of a folder to this height and width, at most 128. */
  readonly size?: number;
  /** The images of a class may lie in folders below its own. */
  readonly nested?: boolean;
  /** Leaves out files that cannot be read as images; the manifest lists them. */
  readonly skipDamaged?: boolean;
  readonly onProgress?: OnProgress;
}

export interface ImportResult {
  readonly info: DatasetInfo;
  /** What the user should know, one sentence each. */
  readonly notes: readonly string[];
}

function formatFor(files: readonly SourceFile[], paths: readonly string[], wanted: string | undefined): Format {
  const choices = wanted === undefined ? formats : formats.filter(({ name }) => name === wanted);
  if (choices.length === 0) {
    const names = formats.map(({ name }) => name).join(', ');
    throw new SluiceError('format-unknown', `There is no format "${wanted}". Formats: ${names}.`, { path: 'format' });
  }
  const found = choices.find((format) => format.recognises(files));
  if (found) return found;
  throw new SluiceError(
    'layout-unknown',
    [
      `${paths.join(', ')}: nothing known among its files (the first is ${files[0].name}). Sluice reads`,
      ...choices.map(({ layout }) => `  - ${layout}`),
      ...(files.some(({ path }) => isArchive(path)) ? ['Archives have to be named themselves: import them.'] : []),
    ].join('\n'),
  );
}

function defaultName(format: Format, paths: readonly string[]): string {
  if (format === idx) return paths.some((path) => /fashion/i.test(path)) ? 'fashion-mnist' : 'mnist';
  if (format !== folder) return format.name;
  if (paths.length > 1) {
    throw new SluiceError('name-missing', 'Several paths make one data set: give it a name with --name.', {
      path: 'name',
    });
  }
  const slug = stem(paths[0])
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-');
  return slug.replace(/^[^a-z0-9]+/, '').slice(0, 64);
}

/** What the operating system refuses (no permission, no space) is the user's to mend. */
function explained(error: unknown): unknown {
  if (error instanceof SluiceError) return error;
  if (isDiskFull(error)) {
    const message = `There is no space left on the disk of ${dataFolder()}. Free some, or set SLUICE_HOME to a larger disk.`;
    return new SluiceError('disk-full', message, { cause: error });
  }
  if ((error as NodeJS.ErrnoException).syscall === undefined) return error;
  return new SluiceError('file-system', `The import failed: ${messageOf(error)}.`, { cause: error });
}

/**
 * Brings files, folders or archives into Sluice as one data set under `<home>/data/<name>`. Every image is decoded once.
 * Those larger than thumbnails stay where they are (those from an archive are kept unpacked); all others are copied
 * decoded. Nothing is left behind when it fails.
 */
export async function importDataset(
  given: string | readonly string[],
  { name: chosen, format: wanted, size, nested = false, skipDamaged = false, onProgress }: ImportOptions = {},
): Promise<ImportResult> {
  const paths = [given].flat().map((path) => resolve(path));
  if (chosen !== undefined) freeFolder(chosen);
  return inStagingFolder(async (staging) => {
    const scratch = join(staging, 'files');
    const { files, notes: passedOver } = await gatherFiles(paths, scratch, onProgress);
    const format = formatFor(files, paths, wanted);
    const name = chosen ?? defaultName(format, paths);
    const target = freeFolder(name);
    const reading = await format.read(files, { name, size, nested, skipDamaged, onProgress });
    const origin = { name, format: format.name, importedFrom: paths };
    const { manifest, notes } = await writeDataset(staging, reading, origin, onProgress);
    if (manifest.content === 'pixels') await rm(scratch, { recursive: true, force: true });
    await rename(staging, target);
    return { info: infoOf(manifest), notes: [...notes, ...passedOver] };
  }).catch((error: unknown) => {
    throw explained(error);
  });
}
