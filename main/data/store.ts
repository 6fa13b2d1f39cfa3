import { open, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Normalisation } from './catalogue.ts';
import { SluiceError } from '../errors.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { DecodedSplit, FileSplit, Reading } from './formats/format.ts';
import { manifestSchema } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import type { OnProgress } from './progress.ts';

/** Running sums of pixel values, one of each per channel. */
interface Sums {
  count: number;
  readonly sum: Float64Array;
  readonly squares: Float64Array;
}

function addPixels(sums: Sums, pixels: Uint8Array): void {
  const channels = sums.sum.length;
  for (let i = 0; i < pixels.length; i += channels) {
    for (let c = 0; c < channels; c++) {
      const value = pixels[i + c];
      sums.sum[c] = sums.sum[c] + value;
      sums.squares[c] = sums.squares[c] + value * value;
    }
  }
  sums.count += pixels.length / channels;
}

/** Mean and standard deviation of pixel values in [0, 1]; a constant channel counts as std 1. */
function normalisationOf({ count, sum, squares }: Sums): Normalisation {
  const mean = Array.from(sum, (total) => total / count);
  const std = Array.from(squares, (total, c) => Math.sqrt(Math.max(0, total / count - mean[c] ** 2)) / 255 || 1);
  return { mean: mean.map((value) => value / 255), std };
}

/** Writes a part's pixels as they come, then its labels; adds the pixels to `sums` if given. */
async function writePixels(
  folder: string,
  part: 'train' | 'test',
  split: DecodedSplit,
  sums: Sums | null,
  onProgress: OnProgress | undefined,
): Promise<void> {
  const labels = new Uint16Array(split.samples);
  const handle = await open(join(folder, `${part}.pixels`), 'w');
  let done = 0;
  try {
    for await (const chunk of split.chunks()) {
      await handle.writeFile(chunk.pixels);
      labels.set(chunk.labels, done);
      if (sums) addPixels(sums, chunk.pixels);
      done += chunk.labels.length;
      onProgress?.({ step: 'import', item: part, done, total: split.samples, unit: 'images' });
    }
  } finally {
    await handle.close();
  }
  await writeFile(join(folder, `${part}.labels`), labels);
}

/** Files inside the data set's folder are named relative to it, so that it can move. */
async function writeFileList(folder: string, part: 'train' | 'test', split: FileSplit): Promise<void> {
  const paths = split.files.map(({ path }) => (path.startsWith(folder + sep) ? relative(folder, path) : path));
  const broken = paths.find((path) => /[\r\n]/.test(path));
  if (broken !== undefined) {
    throw new SluiceError(
      'image-unreadable',
      `${JSON.stringify(broken)} has a line break in its name. Rename the file.`,
    );
  }
  await writeFile(join(folder, `${part}.files`), `${paths.join('\n')}\n`);
  await writeFile(join(folder, `${part}.labels`), split.labels);
}

/** Writes the images and returns their normalisation: the reading's own, or measured on the training images. */
async function writeContent(folder: string, reading: Reading, onProgress?: OnProgress): Promise<Normalisation> {
  const { content, normalisation, shape } = reading;
  const channels = shape[2];
  const sums = normalisation
    ? null
    : { count: 0, sum: new Float64Array(channels), squares: new Float64Array(channels) };
  if (content.kind === 'files') {
    await writeFileList(folder, 'train', content.train);
    await writeFileList(folder, 'test', content.test);
  } else {
    await writePixels(folder, 'train', content.train, sums, onProgress);
    await writePixels(folder, 'test', content.test, null, onProgress);
  }
  return normalisation ?? normalisationOf(sums as Sums);
}

/** Writes a data set into an existing folder. The manifest comes last: a folder that has one is complete. */
export async function writeDataset(
  folder: string,
  reading: Reading,
  origin: Pick<Manifest, 'name' | 'format' | 'importedFrom'>,
  onProgress?: OnProgress,
): Promise<Manifest> {
  const normalisation = await writeContent(folder, reading, onProgress);
  const { content, shape, classes, flip } = reading;
  const samples = (part: 'train' | 'test'): number =>
    content.kind === 'files' ? content[part].files.length : content[part].samples;
  const manifest = manifestSchema.parse({
    version: 1,
    ...origin,
    content: content.kind,
    shape,
    classes,
    normalisation,
    flip,
    trainSamples: samples('train'),
    testSamples: samples('test'),
    importedAt: new Date().toISOString(),
  });
  await fingerprintOf(folder, manifest);
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}
