import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openBatches } from '../../../main/data/batches.ts';
import type { BatchOptions } from '../../../main/data/batches.ts';
import { importDataset } from '../../../main/data/import.ts';
import { openPipeline } from '../../../main/data/pipeline.ts';
import type { Batch, BatchSource } from '../../../main/data/source.ts';
import { scratchFolder, useHome, writeImage, writeImagenet100 } from '../../support/datasets.ts';

const synthetic = { dataset: 'synthetic', trainSamples: 50, testSamples: 20, augment: true, batchSize: 8, seed: 1 };

async function open(options: BatchOptions): Promise<BatchSource> {
  const source = await openBatches(options);
  onTestFinished(() => source.close());
  return source;
}

async function collect(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

/** The labels of every batch: enough to tell which samples it has. */
const labelsOf = (batches: readonly Batch[]): number[][] => batches.map(({ labels }) => [...labels]);

describe('batches prepared on a thread', () => {
  it('are what the pipeline makes, from any batch on', async () => {
    const source = await open(synthetic);
    const { info, prepare } = await openPipeline(synthetic);
    expect(source.info).toEqual(info);
    const epoch = await collect(source.train(2));
    expect(epoch.map(({ samples }) => samples)).toEqual([8, 8, 8, 8, 8, 8, 2]);
    expect(epoch[3]).toEqual(await prepare('train', 2, 3));
    expect(labelsOf(await collect(source.train(2, 4)))).toEqual(labelsOf(epoch.slice(4)));
    expect(await collect(source.train(2, 7))).toEqual([]);
    expect((await collect(source.test()))[1]).toEqual(await prepare('test', 0, 1));
  });

  it('that nobody fetches do not hold up the next epoch', async () => {
    const source = await open(synthetic);
    for await (const batch of source.train(0)) if (batch.samples === 8) break;
    // Two epochs at once share the thread.
    const [a, b] = await Promise.all([collect(source.train(1)), collect(source.train(1))]);
    expect(labelsOf(a)).toEqual(labelsOf(b));
    expect(labelsOf(a).flat()).toHaveLength(50);
  });

  it('end with their source', async () => {
    const source = await open(synthetic);
    const train = source.train(0)[Symbol.asyncIterator]();
    await train.next();
    await source.close();
    await source.close();
    await expect(collect(source.train(0))).rejects.toThrow('closed');
  });
});

describe('what goes wrong on the thread', () => {
  it('at opening is thrown there', async () => {
    useHome();
    await expect(open({ ...synthetic, dataset: 'cifar10' })).rejects.toMatchObject({
      name: 'SluiceError',
      code: 'dataset-missing',
      path: 'dataset.name',
    });
  });

  it('with an image comes out of the iterator, and the source goes on', async () => {
    useHome();
    const folder = await writeImagenet100(scratchFolder());
    await importDataset(folder);
    const image = join(folder, 'val.X', 'n01', 'val.X_1.JPEG');
    writeFileSync(image, 'damaged since');
    const source = await open({ dataset: 'imagenet100', augment: true, batchSize: 1, seed: 1 });
    const test = source.test()[Symbol.asyncIterator]();
    expect((await test.next()).value).toMatchObject({ samples: 1 });
    await expect(test.next()).rejects.toMatchObject({
      code: 'dataset-damaged',
      message: expect.stringContaining(image) as string,
    });
    await writeImage(image, { width: 50 });
    expect(labelsOf(await collect(source.test()))).toEqual([[0], [0], [0], [1]]);
  });
});
