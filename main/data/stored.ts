import { constants } from 'node:buffer';
import { open, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SluiceError } from '../errors.ts';
import { damaged, datasetFolder } from './manifest.ts';
import type { Manifest } from './manifest.ts';

/** Reads what an import has written; a file that does not fit its manifest is an error. */

/** Bytes one call of the operating system surely reads. */
const largestRead = 2 ** 30;

/** What a data set has of images. */
export type Part = 'train' | 'test';

export function samplesIn(manifest: Manifest, part: Part): number {
  return part === 'train' ? manifest.trainSamples : manifest.testSamples;
}

async function readWhole(manifest: Manifest, file: string): Promise<Buffer> {
  return readFile(join(datasetFolder(manifest.name), file)).catch((cause: unknown) => {
    throw damaged(manifest.name, `${file} cannot be read`, cause);
  });
}

/** The labels of a whole part. */
export async function readLabels(manifest: Manifest, part: Part): Promise<Uint16Array> {
  const bytes = await readWhole(manifest, `${part}.labels`);
  const samples = samplesIn(manifest, part);
  if (bytes.length !== 2 * samples) {
    throw damaged(manifest.name, `${part}.labels has ${bytes.length} bytes instead of ${2 * samples}`);
  }
  const labels = Uint16Array.from({ length: samples }, (_, i) => bytes.readUInt16LE(2 * i));
  const wrong = labels.findIndex((label) => label >= manifest.classes.length);
  if (wrong < 0) return labels;
  throw damaged(manifest.name, `${part}.labels, record ${wrong}: there is no class ${labels[wrong]}`);
}

/** Stretches of neighbours in `ids`, at most `most` long, as positions [first, end). */
function* stretches(ids: Uint32Array, most: number): Generator<[first: number, end: number]> {
  for (let first = 0, end = 1; first < ids.length; first = end, end++) {
    while (end < ids.length && ids[end] === ids[end - 1] + 1 && end - first < most) end++;
    yield [first, end];
  }
}

/** The pixels of the chosen samples, one image after the other; `ids` ascend. */
export async function readPixels(manifest: Manifest, part: Part, ids: Uint32Array): Promise<Uint8Array> {
  const file = `${part}.pixels`;
  const imageBytes = manifest.shape[0] * manifest.shape[1] * manifest.shape[2];
  if (ids.length * imageBytes > constants.MAX_LENGTH) {
    const path = `dataset.${part}Samples`;
    const most = Math.floor(constants.MAX_LENGTH / imageBytes);
    throw new SluiceError(
      'samples-exceeded',
      `"${manifest.name}" does not fit in memory. Set ${path} to ${most} or less.`,
      { path },
    );
  }
  const handle = await open(join(datasetFolder(manifest.name), file)).catch((cause: unknown) => {
    throw damaged(manifest.name, `${file} cannot be read`, cause);
  });
  try {
    const { size } = await handle.stat();
    const expected = samplesIn(manifest, part) * imageBytes;
    if (size !== expected) throw damaged(manifest.name, `${file} has ${size} bytes instead of ${expected}`);
    const pixels = new Uint8Array(ids.length * imageBytes);
    for (const [first, end] of stretches(ids, Math.floor(largestRead / imageBytes))) {
      await handle.read(pixels, first * imageBytes, (end - first) * imageBytes, ids[first] * imageBytes);
    }
    return pixels;
  } finally {
    await handle.close();
  }
}

/** Where the images of a whole part are. */
export async function readFileList(manifest: Manifest, part: Part): Promise<string[]> {
  const lines = (await readWhole(manifest, `${part}.files`)).toString('utf8').split('\n').slice(0, -1);
  const samples = samplesIn(manifest, part);
  if (lines.length !== samples) {
    throw damaged(manifest.name, `${part}.files names ${lines.length} images instead of ${samples}`);
  }
  return lines.map((line) => resolve(datasetFolder(manifest.name), line));
}
