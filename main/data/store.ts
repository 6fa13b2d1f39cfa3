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

/**
 * Writes a part's pixels as they come, then its labels; adds the pixels to `sums` if given. Returns how many images came:
 * those that cannot be read are left out.
 */
async function writePixels(
  folder: string,
  part: 'train' | 'test',
  split: DecodedSplit,
  sums: Sums | null,
  onProgress: OnProgress | undefined,
): Promise<number> {
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
  await writeFile(join(folder, `${part}.labels`), labels.subarray(0, done));
  return done;
}

/** Files inside the data set's folder are named relative to it, so that it can move. Returns how many there are. */
async function writeFileList(folder: string, part: 'train' | 'test', split: FileSplit): Promise<number> {
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
  return split.files.length;
}

interface Written {
  readonly trainSamples: number;
  readonly testSamples: number;
  /** The reading's own, or measured on the training images. */
  readonly normalisation: Normalisation;
}

async function writeContent(folder: string, reading: Reading, onProgress?: OnProgress): Promise<Written> {
  const { content, normalisation, shape } = reading;
  const channels = shape[2];
  const sums = normalisation
    ? null
    : { count: 0, sum: new Float64Array(channels), squares: new Float64Array(channels) };
  const samples = { trainSamples: 0, testSamples: 0 };
  if (content.kind === 'files') {
    samples.trainSamples = await writeFileList(folder, 'train', content.train);
    samples.testSamples = await writeFileList(folder, 'test', content.test);
  } else {
    samples.trainSamples = await writePixels(folder, 'train', content.train, sums, onProgress);
    samples.testSamples = await writePixels(folder, 'test', content.test, null, onProgress);
  }
  return { ...samples, normalisation: normalisation ?? normalisationOf(sums as Sums) };
}

/**
 * Writes a data set into an existing folder. The manifest comes last: a folder that has one is complete. Returns what the
 * user should know, too.
 */
export async function writeDataset(
  folder: string,
  reading: Reading,
  origin: Pick<Manifest, 'name' | 'format' | 'importedFrom'>,
  onProgress?: OnProgress,
): Promise<{ manifest: Manifest; notes: readonly string[] }> {
  const { normalisation, ...samples } = await writeContent(folder, reading, onProgress);
  const { leftOut, notes } = (await reading.findings?.()) ?? { leftOut: [], notes: [] };
  const { content, shape, classes, flip } = reading;
  const manifest = manifestSchema.parse({
    version: 1,
    ...origin,
    content: content.kind,
    shape,
    classes,
    normalisation,
    flip,
    ...samples,
    importedAt: new Date().toISOString(),
    ...(leftOut.length > 0 && { leftOut }),
  });
  await fingerprintOf(folder, manifest);
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return { manifest, notes: [...reading.notes, ...notes] };
}
