import { createHash } from 'node:crypto';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../main/data/catalogue.ts';
import { importDataset } from '../../../main/data/import.ts';
import { openPipeline } from '../../../main/data/pipeline.ts';
import type { BatchOptions } from '../../../main/data/pipeline.ts';
import type { Batch, DatasetInfo } from '../../../main/data/source.ts';
import { scratchFolder, useHome, writeCifar10, writeFile, writeIdx, writeImagenet100 } from '../../support/datasets.ts';

interface Epochs {
  readonly info: DatasetInfo;
  readonly train: (epoch: number) => Promise<Batch[]>;
  readonly test: () => Promise<Batch[]>;
}

/** By default 50 and 20 images of the built-in data set in batches of 8. */
async function open(changes: Partial<BatchOptions> = {}): Promise<Epochs> {
  const defaults = { dataset: 'synthetic', trainSamples: 50, testSamples: 20, augment: true, batchSize: 8, seed: 1 };
  const options = { ...defaults, ...changes };
  const { info, prepare } = await openPipeline(options);
  const all = (part: 'train' | 'test', epoch: number): Promise<Batch[]> => {
    const samples = part === 'train' ? info.trainSamples : info.testSamples;
    const batches = Math.ceil(samples / options.batchSize);
    return Promise.all(Array.from({ length: batches }, (_, index) => prepare(part, epoch, index)));
  };
  return { info, train: (epoch) => all('train', epoch), test: () => all('test', 0) };
}

const labelsOf = (batches: readonly Batch[]): number[] => batches.flatMap(({ labels }) => [...labels]);

/** A fingerprint of all pixels and labels, whatever the batches they lie in. */
function contentOf(batches: readonly Batch[]): string {
  const hash = createHash('sha256');
  for (const { images } of batches) hash.update(new Uint8Array(images.buffer));
  return hash.update(labelsOf(batches).join()).digest('hex');
}

function largest(values: Iterable<number>): number {
  let most = -Infinity;
  for (const value of values) most = Math.max(most, value);
  return most;
}

describe('an epoch', () => {
  it('has every sample once, the last batch being smaller', async () => {
    const { info, train } = await open();
    expect(info).toMatchObject({ trainSamples: 50, testSamples: 20 });
    const batches = await train(0);
    expect(batches.map(({ samples }) => samples)).toEqual([8, 8, 8, 8, 8, 8, 2]);
    expect(batches.every(({ samples, images }) => images.length === samples * 3072)).toBe(true);
    expect(labelsOf(batches).sort()).toEqual(Array.from({ length: 50 }, (_, i) => Math.floor(i / 5)));
  });

  it('is shuffled and augmented anew, the same for the same seed', async () => {
    const [first, twin, other] = [await open(), await open(), await open({ seed: 2 })];
    const epoch = await first.train(3);
    expect(contentOf(await twin.train(3))).toBe(contentOf(epoch));
    expect(labelsOf(await first.train(4))).not.toEqual(labelsOf(epoch));
    expect(labelsOf(await other.train(3))).not.toEqual(labelsOf(epoch));
  });

  it('augments a sample the same way whatever the batch size', async () => {
    const [small, large] = [await open({ batchSize: 1 }), await open({ batchSize: 50 })];
    expect(contentOf(await small.train(1))).toBe(contentOf(await large.train(1)));
  });

  it('leaves test images alone and in order', async () => {
    const [augmented, plain] = [await open(), await open({ augment: false, seed: 9 })];
    const batches = await augmented.test();
    expect(labelsOf(batches)).toEqual(Array.from({ length: 20 }, (_, i) => i % 10));
    expect(contentOf(await plain.test())).toBe(contentOf(batches));
  });
});

/** A fingerprint of every image, in no order. */
function imagesOf(batches: readonly Batch[], { shape }: DatasetInfo): Set<string> {
  const size = shape[0] * shape[1] * shape[2];
  return new Set(
    batches.flatMap(({ images, samples }) =>
      Array.from({ length: samples }, (_, i) =>
        createHash('sha256')
          .update(new Uint8Array(images.slice(i * size, (i + 1) * size).buffer))
          .digest('hex'),
      ),
    ),
  );
}

describe('augmentation', () => {
  it('of a sample is another in every epoch', async () => {
    const { info, train } = await open({ trainSamples: 1, batchSize: 1 });
    const epochs = await Promise.all(Array.from({ length: 12 }, (_, epoch) => train(epoch)));
    expect(imagesOf(epochs.flat(), info).size).toBeGreaterThan(9);
  });

  it('of a sample is the same at whichever source it is', async () => {
    const [whole, shard] = [await open(), await open({ shard: { index: 1, count: 2, seed: 1 } })];
    const all = imagesOf(await whole.train(2), whole.info);
    const own = imagesOf(await shard.train(2), shard.info);
    expect([all.size, own.size]).toEqual([50, 25]);
    expect([...own].every((image) => all.has(image))).toBe(true);
  });

  it('is left out when that is asked for', async () => {
    const { info, train } = await open({ augment: false });
    const plain = imagesOf(await train(0), info);
    expect(imagesOf(await train(1), info)).toEqual(plain);
    const augmented = await open();
    expect([...imagesOf(await augmented.train(0), info)].filter((image) => plain.has(image)).length).toBeLessThan(5);
  });
});

/** A data set of one picture that is dark on the left and bright on the right, too large to be kept decoded. */
async function importSlope(home: string, flip: boolean): Promise<void> {
  const [width, height] = [256, 256];
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => Math.floor(i / 3) % width);
  const folder = scratchFolder();
  for (const part of ['train', 'test']) {
    const file = writeFile(join(folder, part, 'slope', '0.png'), '');
    await sharp(pixels, { raw: { width, height, channels: 3 } })
      .png()
      .toFile(file);
  }
  await importDataset(folder, { name: 'slope' });
  const manifest = join(home, 'data', 'slope', 'manifest.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"flip": true', `"flip": ${flip}`));
}

describe('large images', () => {
  it.each([true, false])('are mirrored half of the time where that keeps the class: %s', async (flip) => {
    await importSlope(useHome(), flip);
    const options = { dataset: 'slope', trainSamples: undefined, testSamples: undefined, batchSize: 1 };
    const { train, test } = await open(options);
    const epochs = (await Promise.all(Array.from({ length: 24 }, (_, epoch) => train(epoch)))).flat();
    const mirrored = epochs.filter(({ images }) => images[0] > images[3 * 223]).length;
    if (flip) expect(Math.abs(mirrored - 12)).toBeLessThan(7);
    else expect(mirrored).toBe(0);
    const [{ images }] = await test();
    expect(images[0]).toBeLessThan(images[3 * 223]);
  });
});

describe('an imported data set', () => {
  it('is drawn by seed, every class by its share, and normalised', async () => {
    useHome();
    await importDataset(writeCifar10(scratchFolder(), { batches: 2, samples: 100, test: 50 }));
    const options = { dataset: 'cifar10', trainSamples: 40, testSamples: 30, augment: false };
    const [source, twin, other] = [await open(options), await open(options), await open({ ...options, seed: 2 })];
    const train = await source.train(0);
    expect(labelsOf(train).sort()).toEqual(Array.from({ length: 40 }, (_, i) => Math.floor(i / 4)));
    expect(contentOf(await twin.train(0))).toBe(contentOf(train));
    expect(contentOf(await other.test())).not.toBe(contentOf(await source.test()));
    const { mean, std } = catalogue.cifar10.normalisation;
    const offByte = (value: number, i: number): number => {
      const byte = (value * std[i % 3] + mean[i % 3]) * 255;
      return Math.abs(byte - Math.round(byte));
    };
    expect(largest(train.map(({ images }) => largest(images.map(offByte))))).toBeLessThan(1e-3);
  });

  it('of one channel keeps it', async () => {
    useHome();
    await importDataset(writeIdx(scratchFolder()));
    const { info, train } = await open({ dataset: 'mnist', trainSamples: undefined, testSamples: undefined });
    expect(info).toMatchObject({ shape: [28, 28, 1], trainSamples: 20, testSamples: 10 });
    expect((await train(0))[0].images).toHaveLength(8 * 784);
  });

  it('of large images is cut to 224 pixels', async () => {
    useHome();
    await importDataset(await writeImagenet100(scratchFolder()));
    const options = { dataset: 'imagenet100', trainSamples: undefined, testSamples: undefined, batchSize: 4 };
    const [source, twin] = [await open(options), await open(options)];
    const train = await source.train(0);
    expect(train.map(({ images }) => images.length)).toEqual([4 * 150_528, 2 * 150_528]);
    expect(contentOf(await twin.train(0))).toBe(contentOf(train));
    // All images are of one colour: red 200 of 255, JPEG being off by a little.
    const [test] = await source.test();
    const red = test.images.filter((_, i) => i % 3 === 0).map((value) => value * 0.2547 + 0.4595);
    expect(largest(red.map((value) => Math.abs(value - 200 / 255)))).toBeLessThan(0.01);
  });
});

describe('a data set that cannot be used', () => {
  const few = { dataset: 'cifar10', trainSamples: 10, testSamples: 10 };

  it('has fewer samples than asked for', async () => {
    useHome();
    await importDataset(writeCifar10(scratchFolder()));
    await expect(open({ ...few, trainSamples: 41 })).rejects.toMatchObject({
      code: 'samples-exceeded',
      path: 'dataset.trainSamples',
      message: expect.stringContaining('has 40 training images') as string,
    });
    await expect(open({ testSamples: 1e6 })).rejects.toMatchObject({ path: 'dataset.testSamples' });
  });

  it('has lost some of its files', async () => {
    const home = useHome();
    await importDataset(writeCifar10(scratchFolder()));
    const pixels = join(home, 'data', 'cifar10', 'test.pixels');
    truncateSync(pixels, 1000);
    await expect(open(few)).rejects.toMatchObject({
      code: 'dataset-damaged',
      message: expect.stringContaining('test.pixels has 1000 bytes instead of 30720') as string,
    });
    truncateSync(pixels, 30_721);
    await expect(open(few)).rejects.toThrow('test.pixels has 30721 bytes instead of 30720');
    rmSync(pixels);
    await expect(open(few)).rejects.toThrow('test.pixels cannot be read');
  });
});
