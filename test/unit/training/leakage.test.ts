import { beforeAll, describe, expect, it } from 'vitest';
import type { Batch, BatchSource } from '../../../main/data/source.ts';
import { openEngine } from '../../../main/engine/engine.ts';
import { codecChoice, type CodecInput } from '../../../main/offload/codecs/table.ts';
import type { Features } from '../../../main/offload/protocol/messages.ts';
import { random } from '../../../main/random.ts';
import { asReceived } from '../../../main/training/crossing.ts';
import { leakageMeter } from '../../../main/training/leakage.ts';
import { noiseSource, tinyNetwork } from '../../support/halves.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

/** 40 test images of 2 × 2 pixels in batches of 7: all values of image i are near i. */
function numbered(): BatchSource & { readonly passes: () => number } {
  const draw = random(1, 'numbered');
  const images = Array.from({ length: 40 }, (_, i) => Float32Array.from({ length: 4 }, () => i + draw.uniform()));
  let passes = 0;
  async function* test(): AsyncGenerator<Batch> {
    passes++;
    for (let from = 0; from < images.length; from += 7) {
      const own = images.slice(from, from + 7);
      const labels = new Uint16Array(own.length);
      yield await Promise.resolve({
        samples: own.length,
        images: Float32Array.from(own.flatMap((image) => [...image])),
        labels,
      });
    }
  }
  const source = noiseSource(tinyNetwork);
  const info = { ...source.info, testSamples: images.length };
  return { ...source, info, batchSize: 5, test, passes: () => passes };
}

/** A client that sends what `send` makes of an image, as one map. */
function clientThat(send: (image: Float32Array) => readonly number[], saw: number[][] = []) {
  return {
    infer: ({ images, samples }: Batch): Promise<Features> => {
      const length = images.length / samples;
      const own = Array.from({ length: samples }, (_, i) => images.slice(i * length, (i + 1) * length));
      saw.push(own.map(([first]) => Math.floor(first)));
      const maps = Float32Array.from(own.flatMap(send));
      return Promise.resolve({ maps, shape: [samples, 1, maps.length / samples], total: 1, selection: null });
    },
  };
}

function decisionOf(codec: CodecInput) {
  const choice = codecChoice(codec);
  return { budget: null, codecs: { up: choice, down: choice } };
}

describe('leakage', () => {
  it('is 1 where the image crosses as it is, and near 0 where noise does', async () => {
    const meter = leakageMeter(numbered(), 32, 3);
    const draw = random(2, 'noise');
    expect(
      await meter.measure(
        clientThat((image) => [...image]),
        decisionOf('float32'),
      ),
    ).toBeCloseTo(1, 6);
    const other = await meter.measure(
      clientThat(() => [draw.normal(), draw.normal()]),
      decisionOf('float32'),
    );
    expect(Math.abs(other)).toBeLessThan(0.2);
  });

  it('is that of the values a codec leaves', async () => {
    const meter = leakageMeter(numbered(), 32, 3);
    const [fine, coarse] = await Promise.all(
      (['float32', 'sign'] as const).map((codec) =>
        meter.measure(
          clientThat((image) => [...image.map((value) => value - 20)]),
          decisionOf(codec),
        ),
      ),
    );
    expect(fine).toBeCloseTo(1, 6);
    expect(coarse).toBeLessThan(0.98);
  });

  it('is measured on the same images each time, drawn by seed from all and read once', async () => {
    const data = numbered();
    const meter = leakageMeter(data, 16, 3);
    const saw: number[][] = [];
    const client = clientThat((image) => [...image], saw);
    await meter.measure(client, decisionOf('float32'));
    const first = saw.splice(0).flat();
    await meter.measure(client, decisionOf('float32'));
    expect(saw.map(({ length }) => length)).toEqual([5, 5, 5, 1]);
    expect(saw.flat()).toEqual(first);
    expect(new Set(first).size).toBe(16);
    expect(Math.max(...first)).toBeGreaterThan(25);
    expect(data.passes()).toBe(1);
    const others: number[][] = [];
    await leakageMeter(data, 16, 4).measure(
      clientThat((image) => [...image], others),
      decisionOf('float32'),
    );
    expect(others.flat()).not.toEqual(first);
  });
});

describe('what the server has', () => {
  it('is the kept maps times their mask, each sample a row', () => {
    const features: Features = {
      maps: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
      shape: [2, 1, 2],
      total: 3,
      selection: { kept: [0, 2], mask: Float32Array.of(0.5, 0.25) },
    };
    const rows = asReceived(features, codecChoice('float32')).map((row) => [...row]);
    expect(rows).toEqual([
      [0.5, 0.5, 1.5, 1],
      [2.5, 1.5, 3.5, 2],
    ]);
  });
});
