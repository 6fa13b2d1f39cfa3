import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { create } from 'tar';
import { onTestFinished } from 'vitest';

/** Small data sets in every layout, for tests. Pixel values follow from sample and position, so tests can check them. */

/** A folder for one test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-data-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A home of its own for one test: what is imported there is gone afterwards. */
export function useHome(): string {
  const before = process.env['SLUICE_HOME'];
  const home = scratchFolder();
  process.env['SLUICE_HOME'] = home;
  onTestFinished(() => {
    if (before === undefined) delete process.env['SLUICE_HOME'];
    else process.env['SLUICE_HOME'] = before;
  });
  return home;
}

export function writeFile(path: string, content: string | Uint8Array): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** The byte that sample `sample` has at a place. */
export function pixelAt(sample: number, y: number, x: number, channel: number): number {
  return (sample * 31 + y * 7 + x * 3 + channel * 101) & 255;
}

/** One image as planes: row by row, or column by column as STL-10 has them. */
function planes(sample: number, side: number, columns = false): Uint8Array {
  const area = side * side;
  return Uint8Array.from({ length: 3 * area }, (_, i) => {
    const [slow, fast] = [Math.floor((i % area) / side), i % side];
    const [y, x] = columns ? [fast, slow] : [slow, fast];
    return pixelAt(sample, y, x, Math.floor(i / area));
  });
}

/** CIFAR-10 records with labels 0, 1, … 9, 0, …; samples count on from `first`. */
export function cifar10Records(samples: number, first = 0): Buffer {
  const record = (i: number): Uint8Array[] => [Uint8Array.of((first + i) % 10), planes(first + i, 32)];
  return Buffer.concat(Array.from({ length: samples }, (_, i) => record(i)).flat());
}

/** `batches` training files of `samples` images each, and a test file. */
export function writeCifar10(folder: string, { batches = 2, samples = 20, test = 10 } = {}): string {
  for (let i = 0; i < batches; i++) {
    writeFile(join(folder, `data_batch_${i + 1}.bin`), cifar10Records(samples, i * samples));
  }
  writeFile(join(folder, 'test_batch.bin'), cifar10Records(test, 5));
  return folder;
}

/** CIFAR-100: fine label `i`, coarse label `19 - i`. */
export function writeCifar100(folder: string, { samples = 20, test = 10 } = {}): string {
  const records = (count: number): Buffer =>
    Buffer.concat(Array.from({ length: count }, (_, i) => [Uint8Array.of(19 - i, i), planes(i, 32)]).flat());
  writeFile(join(folder, 'train.bin'), records(samples));
  writeFile(join(folder, 'test.bin'), records(test));
  return folder;
}

export function writeStl10(folder: string, { samples = 10, test = 10 } = {}): string {
  for (const [part, count] of [
    ['train', samples],
    ['test', test],
  ] as const) {
    const images = Array.from({ length: count }, (_, i) => planes(i, 96, true));
    writeFile(join(folder, `${part}_X.bin`), Buffer.concat(images));
    writeFile(
      join(folder, `${part}_y.bin`),
      Uint8Array.from({ length: count }, (_, i) => (i % 10) + 1),
    );
  }
  return folder;
}

function idxFile(magic: number, dimensions: readonly number[], data: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  [magic, ...dimensions].forEach((value, i) => header.writeUInt32BE(value, 4 * i));
  return Buffer.concat([header, data]);
}

/** The four IDX files of MNIST, with the labels 0, 1, … up to the number of classes, 0, … */
export function writeIdx(folder: string, { samples = 20, test = 10, gzip = true, classes = 10 } = {}): string {
  for (const [prefix, count] of [
    ['train', samples],
    ['t10k', test],
  ] as const) {
    const pixels = Uint8Array.from({ length: count * 784 }, (_, i) =>
      pixelAt(Math.floor(i / 784), Math.floor((i % 784) / 28), i % 28, 0),
    );
    const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
    const files = {
      'images-idx3': idxFile(0x803, [count, 28, 28], pixels),
      'labels-idx1': idxFile(0x801, [count], labels),
    };
    for (const [name, content] of Object.entries(files)) {
      const file = join(folder, `${prefix}-${name}-ubyte`);
      writeFile(gzip ? `${file}.gz` : file, gzip ? gzipSync(content) : content);
    }
  }
  return folder;
}

interface ImageLook {
  readonly width?: number;
  /** The width when absent. */
  readonly height?: number;
  readonly colour?: { readonly r: number; readonly g: number; readonly b: number };
}

/** One image of a single colour; JPEG or PNG by its name. */
export async function writeImage(path: string, look: ImageLook = {}): Promise<string> {
  const { width = 8, height = width, colour = { r: 200, g: 100, b: 50 } } = look;
  mkdirSync(dirname(path), { recursive: true });
  await sharp({ create: { width, height, channels: 3, background: colour } }).toFile(path);
  return path;
}

/** `<class>/<number>.png`: image `i` of class `k` is grey with the value `40 k + i`. */
export async function writeImageFolder(
  folder: string,
  classes: readonly string[],
  perClass: number,
  size = 8,
): Promise<string> {
  for (const [k, name] of classes.entries()) {
    for (let i = 0; i < perClass; i++) {
      const value = 40 * k + i;
      await writeImage(join(folder, name, `${i}.png`), { width: size, colour: { r: value, g: value, b: value } });
    }
  }
  return folder;
}

/** ImageNet100's layout, two classes in two training folders; images of 60×40 pixels. */
export async function writeImagenet100(folder: string): Promise<string> {
  const image = { width: 60, height: 40 };
  for (const part of ['train.X1', 'train.X2', 'val.X']) {
    const name = part === 'train.X2' ? 'n02' : 'n01';
    for (let i = 0; i < 3; i++) await writeImage(join(folder, part, name, `${part}_${i}.JPEG`), image);
  }
  await writeImage(join(folder, 'val.X', 'n02', 'last.JPEG'), image);
  writeFile(join(folder, 'Labels.json'), JSON.stringify({ n01: 'goldfish', n02: 'hen' }));
  return folder;
}

/** Packs what is in a folder; gzipped when the name says so. */
export async function tarOf(folder: string, file: string, names: readonly string[] = ['.']): Promise<string> {
  mkdirSync(dirname(file), { recursive: true });
  await create({ file, cwd: folder, gzip: /gz$/.test(file) }, [...names]);
  return file;
}
