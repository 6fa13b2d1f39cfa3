import { readFile } from 'node:fs/promises';
import { catalogue } from '../catalogue.ts';
import type { KnownDataset } from '../catalogue.ts';
import { SluiceError } from '../../errors.ts';
import { fileNamed, filesNamed } from './format.ts';
import type { Chunk, DecodedSplit, Format, Reading, SourceFile } from './format.ts';
import { checkLabel, countRecords, readRecords } from './records.ts';

/**
 * CIFAR's binary version (https://www.cs.toronto.edu/~kriz/cifar.html): records of label bytes, then 1,024 red,
 * 1,024 green and 1,024 blue bytes. CIFAR-10 has one label byte; CIFAR-100 a coarse and a fine one, the fine is used.
 */

const area = 32 * 32;
const recordsPerChunk = 1000;

/** `planes` bytes of red, then green, then blue become interleaved pixels in `out`. */
function interleave(planes: Uint8Array, out: Uint8Array): void {
  for (let i = 0, at = 0; i < area; i++, at += 3) {
    out[at] = planes[i];
    out[at + 1] = planes[area + i];
    out[at + 2] = planes[2 * area + i];
  }
}

async function* decode(
  files: readonly SourceFile[],
  labelBytes: number,
  classes: readonly string[],
): AsyncGenerator<Chunk> {
  const bytes = labelBytes + 3 * area;
  for (const file of files) {
    for await (const { first, records } of readRecords(file, bytes, recordsPerChunk)) {
      const samples = records.length / bytes;
      const pixels = new Uint8Array(samples * 3 * area);
      const labels = new Uint16Array(samples);
      for (let i = 0; i < samples; i++) {
        const start = i * bytes + labelBytes;
        labels[i] = checkLabel(records[start - 1], classes, file, first + i);
        interleave(records.subarray(start, start + 3 * area), pixels.subarray(i * 3 * area, (i + 1) * 3 * area));
      }
      yield { pixels, labels };
    }
  }
}

async function split(
  files: readonly SourceFile[],
  labelBytes: number,
  classes: readonly string[],
): Promise<DecodedSplit> {
  const counts = await Promise.all(files.map((file) => countRecords(file, labelBytes + 3 * area)));
  return { samples: counts.reduce((a, b) => a + b), chunks: () => decode(files, labelBytes, classes) };
}

/** The names beside the images when they are there: a set of one's own may come in this layout. */
async function classNames(
  files: readonly SourceFile[],
  pattern: RegExp,
  known: KnownDataset,
): Promise<readonly string[]> {
  const [file] = filesNamed(files, pattern);
  if (!file) return known.classes;
  const names = (await readFile(file.path, 'utf8'))
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
  if (names.length > 0 && new Set(names).size === names.length) return names;
  throw new SluiceError(
    'class-unknown',
    `${file.label} must hold one class name a line, each once. Get the file again.`,
  );
}

interface Layout {
  readonly known: KnownDataset;
  readonly labelBytes: number;
  readonly names: RegExp;
  readonly train: readonly SourceFile[];
  readonly test: SourceFile;
}

async function read(files: readonly SourceFile[], { known, labelBytes, names, train, test }: Layout): Promise<Reading> {
  const classes = await classNames(files, names, known);
  const content = {
    kind: 'pixels' as const,
    train: await split(train, labelBytes, classes),
    test: await split([test], labelBytes, classes),
  };
  const notes =
    content.train.samples === known.trainSamples
      ? []
      : [
          `${content.train.samples} training images in ${train.length} file(s); all of ${known.name} has ${known.trainSamples}`,
        ];
  return { shape: known.shape, classes, normalisation: known.normalisation, flip: known.flip, notes, content };
}

const cifar10Batch = /^data_batch_\d+\.bin$/;

export const cifar10: Format = {
  name: 'cifar10',
  layout: 'CIFAR-10 binary: data_batch_1.bin … data_batch_5.bin (or some of them) and test_batch.bin',
  recognises: (files) => filesNamed(files, /^(data_batch_\d+|test_batch)\.bin$/).length > 0,
  read: (files) => {
    fileNamed(files, cifar10Batch, 'data_batch_1.bin');
    return read(files, {
      known: catalogue.cifar10,
      labelBytes: 1,
      names: /^batches\.meta\.txt$/,
      train: filesNamed(files, cifar10Batch),
      test: fileNamed(files, /^test_batch\.bin$/, 'test_batch.bin'),
    });
  },
};

export const cifar100: Format = {
  name: 'cifar100',
  layout: 'CIFAR-100 binary: train.bin and test.bin',
  recognises: (files) => filesNamed(files, /^(train|test)\.bin$/).length > 0,
  read: (files) =>
    read(files, {
      known: catalogue.cifar100,
      labelBytes: 2,
      names: /^fine_label_names\.txt$/,
      train: [fileNamed(files, /^train\.bin$/, 'train.bin')],
      test: fileNamed(files, /^test\.bin$/, 'test.bin'),
    }),
};
