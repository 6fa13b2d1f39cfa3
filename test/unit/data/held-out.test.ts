import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { holdOut } from '../../../main/data/held-out.ts';
import { packData } from '../../../main/data/pack.ts';
import { openPacked, readPacked } from '../../../main/data/packed.ts';
import { openPipeline, openPortions, type BatchOptions } from '../../../main/data/pipeline.ts';
import type { Batch, Portion } from '../../../main/data/source.ts';

const options: BatchOptions = {
  dataset: 'synthetic',
  trainSamples: 100,
  testSamples: 10,
  augment: true,
  batchSize: 8,
  seed: 1,
  validation: 0.2,
};

const idsOf = async (changes: Partial<BatchOptions> = {}): Promise<Record<Portion, number[]>> => {
  const { train, validation, test } = await openPortions({ ...options, ...changes });
  return { train: [...train.ids], validation: [...(validation?.ids ?? [])], test: [...test.ids] };
};

const digest = ({ images }: Batch): string =>
  createHash('sha256')
    .update(new Uint8Array(images.buffer, images.byteOffset, images.byteLength))
    .digest('hex');

it('every class gives its share, and nothing that is held out is trained on', () => {
  const labels = Uint16Array.from({ length: 1000 }, (_, i) => (i % 10 < 8 ? 0 : 1));
  const { train, validation } = holdOut(labels, 2, 0.1, 7);
  expect([0, 1].map((label) => [...validation].filter((i) => labels[i] === label).length)).toEqual([80, 20]);
  expect([...train, ...validation].sort((a, b) => a - b)).toEqual([...labels.keys()]);
  expect([...holdOut(labels, 2, 0.1, 7).validation]).toEqual([...validation]);
  expect([...holdOut(labels, 2, 0.1, 8).validation]).not.toEqual([...validation]);
  expect(holdOut(labels.subarray(0, 3), 2, 0.1, 7).validation).toHaveLength(1);
});

it('all data sources hold out the same, and share the rest', async () => {
  const whole = await idsOf();
  const sources = await Promise.all(
    [0, 1, 2].map((index) => idsOf({ shard: { index, count: 3, seed: 1, skew: 0.5 } })),
  );
  expect(whole.validation).toHaveLength(20);
  for (const { validation } of sources) expect(validation).toEqual(whole.validation);
  expect(sources.flatMap(({ train }) => train).sort((a, b) => a - b)).toEqual(whole.train);
});

it('without a share a run has the images it had before', async () => {
  const { train, validation } = await idsOf({ validation: undefined });
  expect(train).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect(validation).toEqual([]);
  expect((await openPipeline({ ...options, validation: undefined })).info).not.toHaveProperty('validationSamples');
});

it('images that are held out come in order and as they are, also where they were sent', async () => {
  const { info, prepare } = await openPipeline(options);
  expect(info).toMatchObject({ trainSamples: 80, validationSamples: 20, testSamples: 10 });
  const batches = await Promise.all([0, 1, 2].map((index) => prepare('validation', 0, index)));
  expect(batches.map(({ samples }) => samples)).toEqual([8, 8, 4]);
  expect(digest(await prepare('validation', 5, 0))).toBe(digest(batches[0]));
  const sent = openPacked(readPacked(await packData(options, 2 ** 30)), options);
  const received: string[] = [];
  for await (const batch of sent.validation!()) received.push(digest(batch));
  expect(received).toEqual(batches.map(digest));
});
