import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeDataset } from '../../../main/data/datasets.ts';
import { importDataset } from '../../../main/data/import.ts';
import {
  cifar10Records,
  pixelAt,
  scratchFolder,
  tarOf,
  useHome,
  writeCifar10,
  writeCifar100,
  writeFile,
  writeIdx,
  writeImage,
  writeImageFolder,
  writeImagenet100,
  writeStl10,
} from '../../support/datasets.ts';

/** What an import wrote. */
function stored(home: string, name: string, part: 'train' | 'test'): { pixels: Buffer; labels: number[] } {
  const folder = join(home, 'data', name);
  const labels = readFileSync(join(folder, `${part}.labels`));
  return {
    pixels: readFileSync(join(folder, `${part}.pixels`)),
    labels: Array.from({ length: labels.length / 2 }, (_, i) => labels.readUInt16LE(2 * i)),
  };
}

function expectPixels(pixels: Buffer, samples: number, side: number, channels: number): void {
  const expected = Buffer.alloc(samples * side * side * channels);
  for (let i = 0; i < expected.length; i++) {
    const pixel = Math.floor(i / channels) % (side * side);
    const sample = Math.floor(i / (channels * side * side));
    expected[i] = pixelAt(sample, Math.floor(pixel / side), pixel % side, i % channels);
  }
  expect(pixels.equals(expected)).toBe(true);
}

describe('binary layouts', () => {
  it('reads CIFAR-10, one file after the other, as interleaved pixels', async () => {
    const home = useHome();
    const { info, notes } = await importDataset(writeCifar10(scratchFolder()));
    expect(info).toMatchObject({ name: 'cifar10', shape: [32, 32, 3], trainSamples: 40, testSamples: 10 });
    expect(info.classes[3]).toBe('cat');
    expect(notes).toEqual(['40 training images in 2 file(s); all of cifar10 has 50000']);
    const { pixels, labels } = stored(home, 'cifar10', 'train');
    expect(labels).toEqual(Array.from({ length: 40 }, (_, i) => i % 10));
    expectPixels(pixels, 40, 32, 3);
  });

  it('takes single files, and class names that lie beside them', async () => {
    useHome();
    const folder = writeCifar10(scratchFolder());
    const names = writeFile(join(folder, 'batches.meta.txt'), 'a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n');
    const paths = [join(folder, 'data_batch_2.bin'), join(folder, 'test_batch.bin'), names];
    const { info } = await importDataset(paths, { name: 'half' });
    expect(info).toMatchObject({ name: 'half', trainSamples: 20, testSamples: 10 });
    expect(info.classes).toEqual(Array.from('abcdefghij'));
  });

  it("reads CIFAR-100's fine labels", async () => {
    const home = useHome();
    const { info } = await importDataset(writeCifar100(scratchFolder()));
    expect(info).toMatchObject({ name: 'cifar100', trainSamples: 20, testSamples: 10 });
    expect(info.classes).toHaveLength(100);
    const { pixels, labels } = stored(home, 'cifar100', 'train');
    expect(labels).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expectPixels(pixels, 20, 32, 3);
  });

  it("turns STL-10's columns into rows", async () => {
    const home = useHome();
    const { info } = await importDataset(writeStl10(scratchFolder()));
    expect(info).toMatchObject({ name: 'stl10', shape: [96, 96, 3], trainSamples: 10, testSamples: 10 });
    const { pixels, labels } = stored(home, 'stl10', 'train');
    expect(labels).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expectPixels(pixels, 10, 96, 3);
  });

  it.each([true, false])('reads IDX, gzipped: %s', async (gzip) => {
    const home = useHome();
    const { info } = await importDataset(writeIdx(scratchFolder(), { gzip }));
    expect(info).toMatchObject({ name: 'mnist', shape: [28, 28, 1], trainSamples: 20, testSamples: 10 });
    expectPixels(stored(home, 'mnist', 'train').pixels, 20, 28, 1);
  });

  it('gives IDX the classes of Fashion-MNIST by name', async () => {
    useHome();
    const { info } = await importDataset(writeIdx(scratchFolder()), { name: 'fashion-mnist' });
    expect(info.classes[9]).toBe('ankle boot');
  });

  it('takes IDX of any number of classes, called by their labels', async () => {
    const home = useHome();
    const { info, notes } = await importDataset(writeIdx(scratchFolder(), { classes: 14 }), { name: 'letters' });
    expect(info.classes).toEqual(Array.from({ length: 14 }, (_, i) => String(i)));
    expect(notes).toEqual(['14 classes, called by their labels; the normalisation is measured']);
    const { pixels } = stored(home, 'letters', 'train');
    const mean = pixels.reduce((a, b) => a + b) / pixels.length / 255;
    const manifest = JSON.parse(readFileSync(join(home, 'data', 'letters', 'manifest.json'), 'utf8')) as {
      normalisation: { mean: number[] };
    };
    expect(manifest.normalisation.mean).toEqual([expect.closeTo(mean, 9)]);
    const few = await importDataset(writeIdx(scratchFolder(), { classes: 3 }), { name: 'few' });
    expect(few.info.classes).toEqual(['0', '1', '2']);
  });

  it('says which classes of IDX have no training images', async () => {
    useHome();
    const folder = writeIdx(scratchFolder(), { gzip: false });
    const file = join(folder, 'train-labels-idx1-ubyte');
    const labels = readFileSync(file);
    writeFileSync(
      file,
      labels.map((label, i) => (i >= 8 && (label === 3 || label === 7) ? 1 : label)),
    );
    expect((await importDataset(folder)).notes.at(-1)).toBe('without training images: class 3, 7');
  });

  it('finds the data set inside a packed folder', async () => {
    const home = useHome();
    const folder = scratchFolder();
    writeCifar10(join(folder, 'cifar-10-batches-bin'));
    const { info } = await importDataset(await tarOf(folder, join(scratchFolder(), 'cifar-10-binary.tar.gz')));
    expect(info.trainSamples).toBe(40);
    expect(readdirSync(join(home, 'data', 'cifar10')).sort()).toEqual([
      'fingerprint.json',
      'manifest.json',
      'test.labels',
      'test.pixels',
      'train.labels',
      'train.pixels',
    ]);
  });
});

describe('folders of images', () => {
  const classes = ['bee', 'ant', 'cat'];

  it('puts a fifth of every class aside when nothing is divided, always the same images', async () => {
    const home = useHome();
    const folder = await writeImageFolder(join(scratchFolder(), 'My Pets'), classes, 10);
    const { info, notes } = await importDataset(folder);
    expect(info).toMatchObject({ name: 'my-pets', shape: [8, 8, 3], trainSamples: 24, testSamples: 6 });
    expect(info.classes).toEqual(['ant', 'bee', 'cat']);
    expect(notes[0]).toContain('6 of 30 images');
    expect(stored(home, 'my-pets', 'test').labels).toEqual([0, 0, 1, 1, 2, 2]);
    await importDataset(folder, { name: 'again' });
    expect(stored(home, 'again', 'test')).toEqual(stored(home, 'my-pets', 'test'));
  });

  it('knows train and val folders, and measures the normalisation on the training images', async () => {
    const home = useHome();
    const folder = scratchFolder();
    await writeImageFolder(join(folder, 'set', 'train'), ['dark', 'light'], 2);
    await writeImageFolder(join(folder, 'set', 'val'), ['dark', 'light'], 1);
    writeFile(join(folder, 'set', 'README.md'), 'about the set');
    writeFile(join(folder, 'set', 'train', 'dark', '.DS_Store'), '');
    await importDataset(folder, { name: 'greys' });
    const manifest = JSON.parse(readFileSync(join(home, 'data', 'greys', 'manifest.json'), 'utf8')) as {
      normalisation: { mean: number[]; std: number[] };
    };
    const values = [0, 1, 40, 41].map((value) => value / 255);
    const mean = values.reduce((a, b) => a + b) / 4;
    const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4);
    for (const c of [0, 1, 2]) {
      expect(manifest.normalisation.mean[c]).toBeCloseTo(mean, 9);
      expect(manifest.normalisation.std[c]).toBeCloseTo(std, 9);
    }
  });

  it('joins archives called train and test into one data set', async () => {
    const home = useHome();
    const folder = scratchFolder();
    const train = await tarOf(await writeImageFolder(join(folder, 'a'), classes, 3), join(folder, 'pets-train.tar'));
    const test = await tarOf(await writeImageFolder(join(folder, 'b'), classes, 1), join(folder, 'pets-test.tgz'));
    const { info } = await importDataset([train, test], { name: 'pets' });
    expect(info).toMatchObject({ trainSamples: 9, testSamples: 3 });
    const { pixels, labels } = stored(home, 'pets', 'train');
    expect(labels).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
    // ant was written as class 1, bee as class 0.
    expect(Array.from({ length: 9 }, (_, i) => pixels[i * 192])).toEqual([40, 41, 42, 0, 1, 2, 80, 81, 82]);
  });

  it('brings images of any size to the one asked for', async () => {
    useHome();
    const folder = await writeImageFolder(scratchFolder(), classes, 5);
    await writeImage(join(folder, 'ant', 'wide.jpg'), { width: 90, height: 50 });
    const { info } = await importDataset(folder, { name: 'mixed', size: 16 });
    expect(info).toMatchObject({ shape: [16, 16, 3], trainSamples: 13 });
  });

  it('leaves large images where they are, or keeps those of an archive unpacked', async () => {
    const home = useHome();
    const folder = join(scratchFolder(), 'photos');
    await writeImageFolder(folder, ['x', 'y'], 5, 200);
    const { info } = await importDataset(folder);
    expect(info).toMatchObject({ shape: [224, 224, 3], trainSamples: 8, testSamples: 2 });
    const listed = readFileSync(join(home, 'data', 'photos', 'train.files'), 'utf8').split('\n');
    expect(listed[0]?.startsWith(folder)).toBe(true);
    await importDataset(await tarOf(folder, join(scratchFolder(), 'packed.tar')));
    const [first] = readFileSync(join(home, 'data', 'packed', 'train.files'), 'utf8').split('\n');
    expect(existsSync(join(home, 'data', 'packed', first))).toBe(true);
  });

  it("reads ImageNet100's layout with its names in words", async () => {
    useHome();
    const { info } = await importDataset(await writeImagenet100(scratchFolder()));
    expect(info).toEqual({
      name: 'imagenet100',
      shape: [224, 224, 3],
      classes: ['goldfish', 'hen'],
      trainSamples: 6,
      testSamples: 4,
    });
  });
});

describe('what is wrong with the files is said, and nothing is left behind', () => {
  async function expectFailure(paths: string | string[], code: string, words: string[], options = {}): Promise<void> {
    const home = useHome();
    const error: unknown = await importDataset(paths, options).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'SluiceError', code });
    for (const word of words) expect((error as Error).message).toContain(word);
    expect(existsSync(join(home, 'data')) ? readdirSync(join(home, 'data')) : []).toEqual([]);
  }

  it('a file that ends within a record', async () => {
    const folder = writeCifar10(scratchFolder());
    truncateSync(join(folder, 'data_batch_2.bin'), 3073 * 7 + 100);
    await expectFailure(folder, 'file-truncated', ['data_batch_2.bin', 'record 7']);
  });

  it('a class that does not exist', async () => {
    const folder = writeCifar10(scratchFolder());
    const records = cifar10Records(3);
    records[2 * 3073] = 17;
    writeFileSync(join(folder, 'test_batch.bin'), records);
    await expectFailure(folder, 'class-unknown', ['test_batch.bin', 'record 2', 'class 17']);
  });

  it('a missing half', async () => {
    const folder = writeCifar10(scratchFolder());
    await expectFailure(join(folder, 'data_batch_1.bin'), 'file-missing', ['test_batch.bin']);
    await expectFailure(join(folder, 'no such file'), 'file-missing', ['no such file']);
  });

  it('the same file twice', async () => {
    const folder = scratchFolder();
    writeCifar10(join(folder, 'a'));
    writeCifar10(join(folder, 'b'));
    await expectFailure(folder, 'file-twice', ['data_batch_1.bin']);
  });

  it('more images than labels', async () => {
    const folder = writeStl10(scratchFolder());
    truncateSync(join(folder, 'test_y.bin'), 4);
    await expectFailure(folder, 'file-size', ['10 images', 'test_y.bin', '4 labels']);
  });

  it('more images than labels of IDX, and a test label that training has not', async () => {
    const folder = writeIdx(scratchFolder(), { gzip: false });
    const labels = readFileSync(join(folder, 'train-labels-idx1-ubyte'));
    labels.writeUInt32BE(15, 4);
    writeFileSync(join(folder, 'train-labels-idx1-ubyte'), labels.subarray(0, 8 + 15));
    await expectFailure(folder, 'file-size', ['20 images', '15 labels']);
    const other = writeIdx(scratchFolder(), { gzip: false });
    const file = join(other, 't10k-labels-idx1-ubyte');
    const test = readFileSync(file);
    test[8 + 4] = 12;
    writeFileSync(file, test);
    await expectFailure(other, 'class-unknown', ['t10k-labels', 'record 4', 'class 12']);
  });

  it('a truncated or foreign IDX file', async () => {
    const folder = writeIdx(scratchFolder(), { gzip: false });
    truncateSync(join(folder, 'train-images-idx3-ubyte'), 16 + 784 * 3 + 5);
    await expectFailure(folder, 'file-truncated', ['train-images-idx3-ubyte', 'record 3']);
    writeFileSync(join(folder, 'train-images-idx3-ubyte'), 'not an IDX file at all');
    await expectFailure(folder, 'file-damaged', ['train-images-idx3-ubyte', '0x803']);
    const packed = writeIdx(scratchFolder());
    truncateSync(join(packed, 't10k-labels-idx1-ubyte.gz'), 20);
    await expectFailure(packed, 'file-truncated', ['t10k-labels-idx1-ubyte.gz']);
  });

  it('an unreadable image', async () => {
    const folder = await writeImageFolder(scratchFolder(), ['a', 'b'], 5);
    writeFileSync(join(folder, 'b', '3.png'), 'no image');
    await expectFailure(folder, 'image-unreadable', [join('b', '3.png')], { name: 'x' });
    const other = await writeImageFolder(scratchFolder(), ['a', 'b'], 5);
    writeFileSync(join(other, 'b', 'notes.txt'), 'a stranger');
    await expectFailure(other, 'image-unreadable', ['notes.txt', 'no picture'], { name: 'x' });
  });

  it('an image in an archive, by its place there', async () => {
    const folder = await writeImageFolder(scratchFolder(), ['a', 'b'], 5);
    writeFileSync(join(folder, 'b', '3.png'), 'no image');
    const tar = await tarOf(folder, join(scratchFolder(), 'pets.tar'));
    await expectFailure(tar, 'image-unreadable', [join(tar, 'b', '3.png')]);
  });

  it('a size that makes no small image', async () => {
    const folder = await writeImageFolder(scratchFolder(), ['a', 'b'], 5);
    await expectFailure(folder, 'bad-usage', ['size is 500', '128'], { name: 'x', size: 500 });
  });

  it('a truncated image', async () => {
    const folder = await writeImageFolder(scratchFolder(), ['a', 'b'], 5);
    const image = await writeImage(join(folder, 'a', 'cut.jpg'));
    truncateSync(image, readFileSync(image).length - 40);
    await expectFailure(folder, 'image-unreadable', ['cut.jpg'], { name: 'x' });
  });

  it('an image of another size', async () => {
    const folder = await writeImageFolder(scratchFolder(), ['a', 'b'], 5);
    await writeImage(join(folder, 'b', '4.png'), { width: 9, height: 7 });
    await expectFailure(folder, 'image-size', [join('b', '4.png'), '9×7', '8×8', '--size'], { name: 'x' });
  });

  it('images that lie in no class folder, or deeper than in one', async () => {
    const folder = await writeImageFolder(scratchFolder(), ['a', 'b'], 5);
    await writeImage(join(folder, 'stray.png'));
    await expectFailure(folder, 'class-unknown', ['stray.png', 'no class folder'], { name: 'x' });
    const deep = await writeImageFolder(scratchFolder(), ['a', 'b'], 5);
    await writeImage(join(deep, 'a', 'deeper', '1.png'));
    await expectFailure(deep, 'layout-unknown', ['a/deeper', '--nested'], { name: 'x' });
  });

  it('a test class without training images, a part without images', async () => {
    const folder = scratchFolder();
    await writeImageFolder(join(folder, 'train'), ['a', 'b'], 2);
    await expectFailure(folder, 'import-empty', ['no test images'], { name: 'x' });
    await writeImageFolder(join(folder, 'test'), ['a', 'c'], 2);
    await expectFailure(folder, 'class-unknown', ['"c"', 'a, b'], { name: 'x' });
  });

  it('an ImageNet100 folder that Labels.json does not name, or no Labels.json', async () => {
    const folder = await writeImagenet100(scratchFolder());
    writeFileSync(join(folder, 'Labels.json'), '{"n01": "goldfish"}');
    await expectFailure(folder, 'class-unknown', ['"n02"', 'Labels.json']);
    writeFileSync(join(folder, 'Labels.json'), '{"n01": ');
    await expectFailure(folder, 'file-damaged', ['Labels.json']);
  });

  it('an empty folder, or one of something else', async () => {
    await expectFailure(scratchFolder(), 'import-empty', ['holds no files']);
    const pets = await writeImageFolder(scratchFolder(), ['a', 'b'], 5);
    mkdirSync(join(pets, 'c'));
    await expectFailure(pets, 'import-empty', [`${join(pets, 'c')} holds no files`]);
    const folder = scratchFolder();
    writeFile(join(folder, 'thesis.pdf'), 'words');
    await expectFailure(folder, 'layout-unknown', ['thesis.pdf', 'CIFAR-10 binary', 'folder of images']);
    await expectFailure(folder, 'format-unknown', ['"bmp"', 'cifar10'], { format: 'bmp' });
    writeFile(join(folder, 'pets.tar'), 'packed');
    await expectFailure(folder, 'layout-unknown', ['Archives have to be named']);
  });

  it('a damaged archive', async () => {
    const folder = scratchFolder();
    const tar = await tarOf(writeCifar10(join(folder, 'set')), join(folder, 'set.tar'));
    truncateSync(tar, 100_000);
    await expectFailure(tar, 'archive-damaged', ['set.tar']);
    writeFileSync(tar, 'not a tar'.repeat(200));
    await expectFailure(tar, 'archive-damaged', ['set.tar']);
    const many = join(folder, 'many');
    for (let i = 0; i < 200; i++) writeFile(join(many, `${i % 20}`, `${i}.png`), randomBytes(1000));
    const packed = await tarOf(many, join(folder, 'many.tgz'));
    truncateSync(packed, 150_000);
    await expectFailure(packed, 'archive-damaged', ['many.tgz']);
  });

  it('several paths without a name', async () => {
    const folder = scratchFolder();
    const paths = [
      await writeImageFolder(join(folder, 'train'), ['a'], 2),
      await writeImageFolder(join(folder, 'test'), ['a'], 2),
    ];
    await expectFailure(paths, 'name-missing', ['--name']);
    await expectFailure(paths, 'name-invalid', ['"../up"'], { name: '../up' });
    await expectFailure(paths, 'dataset-exists', ['built in'], { name: 'synthetic' });
  });
});

it('does not overwrite a data set', async () => {
  useHome();
  const folder = writeCifar10(scratchFolder());
  await importDataset(folder);
  await expect(importDataset(folder)).rejects.toMatchObject({ code: 'dataset-exists' });
  expect(describeDataset('cifar10').trainSamples).toBe(40);
});
