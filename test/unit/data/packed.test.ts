import { describe, expect, it } from 'vitest';
import { packData } from '../../../main/data/pack.ts';
import { openPacked, readPacked } from '../../../main/data/packed.ts';
import { openPipeline } from '../../../main/data/pipeline.ts';
import { decodeMessage, encodeMessage } from '../../../main/wire.ts';

const options = {
  dataset: 'synthetic',
  trainSamples: 40,
  testSamples: 10,
  augment: true,
  batchSize: 8,
  seed: 3,
  shard: { index: 1, count: 2, seed: 3 },
};

describe('the images of a source, sent to where there is no data set', () => {
  it('make the same batches as there, bit for bit', async () => {
    const there = await openPipeline(options);
    const sent = decodeMessage(encodeMessage(await packData(options, 2 ** 20)));
    const here = openPacked(readPacked(sent), options);
    expect(here.info).toEqual(there.info);
    expect(here.info.trainSamples).toBe(20);
    for (const part of ['train', 'test'] as const) {
      let index = 0;
      for await (const batch of part === 'train' ? here.train(2) : here.test()) {
        expect(batch).toEqual(await there.prepare(part, part === 'train' ? 2 : 0, index++));
      }
      expect(index).toBe(part === 'train' ? 3 : 2);
    }
  });

  it('are refused where they are too many, with what to do', async () => {
    // 20 for training and 10 to test on, of 3,072 bytes each.
    await expect(packData(options, 30 * 3072 - 1)).rejects.toMatchObject({ code: 'data-too-large' });
    await expect(packData(options, 30 * 3072)).resolves.toBeDefined();
  });

  it('are refused when they are something else', () => {
    expect(() => readPacked({ info: {} })).toThrow(/The images that the run sent are wrong at/);
  });
});
