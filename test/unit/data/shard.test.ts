import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openPipeline } from '../../../main/data/pipeline.ts';
import { shardOf } from '../../../main/data/shard.ts';

const shards = (labels: Uint16Array, count: number, skew: number | undefined, seed = 1): Uint32Array[] =>
  Array.from({ length: count }, (_, index) => shardOf(labels, { index, count, skew, seed }));

/** 10 classes in turn. */
const labels = Uint16Array.from({ length: 1000 }, (_, i) => i % 10);

/** The largest share of one class in a source's samples, on average over sources. */
function unevenness(skew: number | undefined): number {
  const parts = shards(labels, 8, skew);
  const largest = parts.map((part) => {
    const counts = new Array<number>(10).fill(0);
    for (const sample of part) counts[labels[sample]]++;
    return Math.max(...counts) / part.length;
  });
  return largest.reduce((a, b) => a + b) / parts.length;
}

describe('shards', () => {
  it('hold every sample exactly once and are never empty, whatever the skew', () => {
    const skews = fc.option(fc.double({ min: 0.001, max: 1000, noNaN: true }), { nil: undefined });
    const cases = fc.record({
      count: fc.integer({ min: 1, max: 12 }),
      samples: fc.integer({ min: 12, max: 80 }),
      skew: skews,
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(cases, ({ count, samples, skew, seed }) => {
        const parts = shards(labels.slice(0, samples), count, skew, seed);
        expect(parts.every(({ length }) => length > 0)).toBe(true);
        expect(parts.flatMap((part) => [...part]).sort((a, b) => a - b)).toEqual([...Array(samples).keys()]);
        expect(parts).toEqual(shards(labels.slice(0, samples), count, skew, seed));
      }),
    );
  });

  it('are alike without a skew, and the more uneven the smaller it is', () => {
    expect(shards(labels, 8, undefined).map(({ length }) => length)).toEqual(Array(8).fill(125));
    expect(unevenness(undefined)).toBeLessThan(0.2);
    expect(unevenness(100)).toBeLessThan(0.25);
    expect(unevenness(0.5)).toBeGreaterThan(0.25);
    expect(unevenness(0.01)).toBeGreaterThan(0.6);
  });

  it('make batches of their own images', async () => {
    const options = { dataset: 'synthetic', trainSamples: 48, testSamples: 20, augment: false, batchSize: 24, seed: 1 };
    const imagesOf = async (shard?: { index: number; count: number; seed: number }): Promise<string[]> => {
      const { info, prepare } = await openPipeline({ ...options, shard });
      expect(info.testSamples).toBe(20);
      const batches = await Promise.all(
        Array.from({ length: Math.ceil(info.trainSamples / 24) }, (_, index) => prepare('train', 0, index)),
      );
      return batches.flatMap(({ images, samples }) =>
        Array.from({ length: samples }, (_, i) =>
          images.slice((i * images.length) / samples, ((i + 1) * images.length) / samples).join(),
        ),
      );
    };
    const [whole, first, second] = await Promise.all([
      imagesOf(),
      imagesOf({ index: 0, count: 2, seed: 1 }),
      imagesOf({ index: 1, count: 2, seed: 1 }),
    ]);
    expect([first.length, second.length]).toEqual([24, 24]);
    expect([...first, ...second].sort()).toEqual(whole.sort());
  });
});
