import { open, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { damaged, datasetFolder } from './manifest.ts';
import type { Manifest } from './manifest.ts';

/** Reads what an import has written; a file that does not fit its manifest is an error. */

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

/** The pixels of the chosen samples, one image after the other; `ids` ascend. */
export async function readPixels(manifest: Manifest, part: Part, ids: Uint32Array): Promise<Uint8Array> {
  const file = `${part}.pixels`;
  const imageBytes = manifest.shape[0] * manifest.shape[1] * manifest.shape[2];
  const expected = samplesIn(manifest, part) * imageBytes;
  const pixels = new Uint8Array(ids.length * imageBytes);
  const handle = await open(join(datasetFolder(manifest.name), file)).catch((cause: unknown) => {
    throw damaged(manifest.name, `${file} cannot be read`, cause);
  });
  try {
    const { size } = await handle.stat();
    if (size !== expected) throw damaged(manifest.name, `${file} has ${size} bytes instead of ${expected}`);
    for (let first = 0, end = 0; first < ids.length; first = end) {
      // Neighbours in the file are read together.
      for (end = first + 1; end < ids.length && ids[end] === ids[end - 1] + 1;) end++;
      await handle.read(pixels, first * imageBytes, (end - first) * imageBytes, ids[first] * imageBytes);
    }
  } finally {
    await handle.close();
  }
  return pixels;
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
