import { catalogue } from '../catalogue.ts';
import { SluiceError } from '../../errors.ts';
import { fileNamed, filesNamed } from './format.ts';
import type { Chunk, DecodedSplit, Format, SourceFile } from './format.ts';
import { checkLabel, countRecords, readRecords } from './records.ts';

/**
 * STL-10's binary version (https://cs.stanford.edu/~acoates/stl10/): 96×96 images, red, green and blue planes,
 * each **column by column**; labels from 1 in files of their own. The unlabelled images are not used.
 */

const side = 96;
const area = side * side;
const bytes = 3 * area;
const recordsPerChunk = 100;

function transpose(planes: Uint8Array, out: Uint8Array): void {
  for (let y = 0, at = 0; y < side; y++) {
    for (let x = 0; x < side; x++, at += 3) {
      const from = x * side + y;
      out[at] = planes[from];
      out[at + 1] = planes[area + from];
      out[at + 2] = planes[2 * area + from];
    }
  }
}

async function* decode(images: SourceFile, labelFile: SourceFile): AsyncGenerator<Chunk> {
  const labels = await readLabels(labelFile);
  for await (const { first, records } of readRecords(images, bytes, recordsPerChunk)) {
    const samples = records.length / bytes;
    const pixels = new Uint8Array(records.length);
    for (let i = 0; i < samples; i++) {
      transpose(records.subarray(i * bytes, (i + 1) * bytes), pixels.subarray(i * bytes, (i + 1) * bytes));
    }
    yield { pixels, labels: labels.subarray(first, first + samples) };
  }
}

async function readLabels(file: SourceFile): Promise<Uint16Array> {
  const labels = new Uint16Array(await countRecords(file, 1));
  for await (const { first, records } of readRecords(file, 1, 100_000)) {
    records.forEach((label, i) => {
      labels[first + i] = checkLabel(label - 1, catalogue.stl10.classes, file, first + i);
    });
  }
  return labels;
}

async function split(files: readonly SourceFile[], name: 'train' | 'test'): Promise<DecodedSplit> {
  const images = fileNamed(files, new RegExp(`^${name}_X\\.bin$`), `${name}_X.bin`);
  const labels = fileNamed(files, new RegExp(`^${name}_y\\.bin$`), `${name}_y.bin`);
  const samples = await countRecords(images, bytes);
  const labelled = await countRecords(labels, 1);
  if (samples !== labelled) {
    throw new SluiceError(
      'file-size',
      `${images.label} holds ${samples} images, ${labels.label} ${labelled} labels. Get the shorter file again.`,
    );
  }
  return { samples, chunks: () => decode(images, labels) };
}

export const stl10: Format = {
  name: 'stl10',
  layout: 'STL-10 binary: train_X.bin, train_y.bin, test_X.bin and test_y.bin',
  recognises: (files) => filesNamed(files, /^(train|test)_X\.bin$/).length > 0,
  read: async (files) => {
    const { shape, classes, normalisation, flip } = catalogue.stl10;
    const content = { kind: 'pixels' as const, train: await split(files, 'train'), test: await split(files, 'test') };
    return { shape, classes, normalisation, flip, notes: [], content };
  },
};
