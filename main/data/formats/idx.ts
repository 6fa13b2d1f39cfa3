import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { catalogue } from '../catalogue.ts';
import { messageOf, SluiceError } from '../../errors.ts';
import { fileNamed, filesNamed } from './format.ts';
import type { DecodedSplit, Format, Reading, SourceFile } from './format.ts';
import { named } from './named.ts';
import { checkLabel } from './records.ts';

/**
 * IDX (http://yann.lecun.com/exdb/mnist/), gzipped or not: a big-endian header of magic number and dimensions,
 * then bytes. MNIST and Fashion-MNIST have the same file names, so the data set's name tells them apart. Other sets in
 * these files may have any number of classes.
 */

const imagesMagic = 0x803;
const labelsMagic = 0x801;
const largestFile = 2 ** 30;
const samplesPerChunk = 5000;

async function contents(file: SourceFile): Promise<Buffer> {
  const bytes = await readFile(file.path);
  if (!file.path.endsWith('.gz')) return bytes;
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: largestFile });
  } catch (cause) {
    throw new SluiceError(
      'file-truncated',
      `${file.label} cannot be unpacked (${messageOf(cause)}). Get the file again.`,
      { cause },
    );
  }
}

/** Dimensions and data of an IDX file of bytes. */
async function readIdx(file: SourceFile, magic: number): Promise<{ dimensions: number[]; data: Buffer }> {
  const bytes = await contents(file);
  const rank = magic & 0xff;
  const header = 4 + 4 * rank;
  if (bytes.length < header || bytes.readUInt32BE(0) !== magic) {
    throw new SluiceError(
      'file-damaged',
      `${file.label} does not begin with IDX's number 0x${magic.toString(16)}. Get the file again.`,
    );
  }
  const dimensions = Array.from({ length: rank }, (_, i) => bytes.readUInt32BE(4 + 4 * i));
  const expected = dimensions.reduce((a, b) => a * b, 1);
  const found = bytes.length - header;
  if (expected === found && found > 0) return { dimensions, data: bytes.subarray(header) };
  const record = Math.floor((found * dimensions[0]) / expected);
  throw new SluiceError(
    found < expected ? 'file-truncated' : 'file-size',
    `${file.label} announces ${dimensions.join('×')} = ${expected} bytes and holds ${found}` +
      `${found < expected ? `: it ends in record ${record}` : ''}. Get the file again.`,
  );
}

interface IdxSplit extends DecodedSplit {
  readonly height: number;
  readonly width: number;
  readonly classes: readonly string[];
  readonly labels: Uint16Array;
}

async function split(files: readonly SourceFile[], prefix: string, known?: readonly string[]): Promise<IdxSplit> {
  const imageFile = fileNamed(
    files,
    new RegExp(`^${prefix}-images[-.]idx3-ubyte(\\.gz)?$`),
    `${prefix}-images-idx3-ubyte`,
  );
  const labelFile = fileNamed(
    files,
    new RegExp(`^${prefix}-labels[-.]idx1-ubyte(\\.gz)?$`),
    `${prefix}-labels-idx1-ubyte`,
  );
  const images = await readIdx(imageFile, imagesMagic);
  const labels = await readIdx(labelFile, labelsMagic);
  const [samples, height, width] = images.dimensions as [number, number, number];
  if (labels.data.length !== samples) {
    throw new SluiceError(
      'file-size',
      `${imageFile.label} holds ${samples} images, ${labelFile.label} ${labels.data.length} labels. Get both files again.`,
    );
  }
  // The training labels say how many classes there are.
  const classes =
    known ?? Array.from({ length: 1 + labels.data.reduce((a, b) => Math.max(a, b), 0) }, (_, i) => String(i));
  const checked = Uint16Array.from(labels.data, (label, i) => checkLabel(label, classes, labelFile, i));
  function* chunks() {
    for (let first = 0; first < samples; first += samplesPerChunk) {
      const last = Math.min(samples, first + samplesPerChunk);
      yield {
        pixels: images.data.subarray(first * height * width, last * height * width),
        labels: checked.subarray(first, last),
      };
    }
  }
  return { samples, height, width, classes, labels: checked, chunks };
}

export const idx: Format = {
  name: 'idx',
  layout:
    'MNIST or Fashion-MNIST (IDX): train-images-idx3-ubyte, train-labels-idx1-ubyte and the two t10k files, .gz or not',
  recognises: (files) => filesNamed(files, /-(images|labels)[-.]idx[13]-ubyte(\.gz)?$/).length > 0,
  read: async (files, { name }) => {
    const train = await split(files, 'train');
    const test = await split(files, 't10k', train.classes);
    if (train.height !== test.height || train.width !== test.width) {
      throw new SluiceError(
        'image-size',
        `Training images are ${train.height}×${train.width}, test images ${test.height}×${test.width}: the files are of different data sets.`,
      );
    }
    return {
      shape: [train.height, train.width, 1],
      ...lookOf(name, train),
      content: { kind: 'pixels', train, test },
    };
  },
};

/** Ten classes are MNIST's or Fashion-MNIST's; of any other number nothing is known but the labels. */
function lookOf(
  name: string,
  { classes, labels }: IdxSplit,
): Pick<Reading, 'classes' | 'normalisation' | 'flip' | 'notes'> {
  const used = new Set(labels);
  const unused = classes.filter((_, label) => !used.has(label));
  const empty = unused.length > 0 ? [`without training images: class ${named(unused)}`] : [];
  if (classes.length !== catalogue.mnist.classes.length) {
    const note = `${classes.length} classes, called by their labels; the normalisation is measured`;
    return { classes, normalisation: null, flip: false, notes: [note, ...empty] };
  }
  const known = name.includes('fashion') ? catalogue['fashion-mnist'] : catalogue.mnist;
  const note = `read as ${known === catalogue.mnist ? 'MNIST' : 'Fashion-MNIST'}; a name with "fashion" in it makes the classes clothes, any other digits`;
  return { classes: known.classes, normalisation: known.normalisation, flip: known.flip, notes: [note, ...empty] };
}
