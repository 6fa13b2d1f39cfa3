import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Layout, TensorShape } from '../../../../main/offload/codecs/codec.ts';
import { codecChoice, codecNamed, sizeOf } from '../../../../main/offload/codecs/table.ts';

const layoutOf = (shape: TensorShape): Layout => ({ shape, kept: null });

/** Maps that go from one corner to the other, each its own way and over a range of its own. */
function slopes([samples, height, width, maps]: TensorShape): Float32Array {
  return Float32Array.from({ length: samples * height * width * maps }, (_, i) => {
    const [k, x] = [i % maps, Math.floor(i / maps) % width];
    const y = Math.floor(i / (maps * width)) % height;
    const s = Math.floor(i / (maps * width * height));
    return 10 ** k * (s + 2 * (k % 2 === 0 ? x : y));
  });
}

const rangeOf = (values: Float32Array, k: number, maps: number): number => {
  const map = values.filter((_, i) => i % maps === k);
  return Math.max(...map) - Math.min(...map);
};

const refused = (words: RegExp) =>
  expect.objectContaining({ code: 'message-malformed', message: expect.stringMatching(words) as string }) as Error;

describe.each(['jpeg', 'webp'] as const)('%s', (name) => {
  const opened = (quality = 75) => {
    const { params } = codecChoice({ name, quality });
    return codecNamed(name).open(params, 1);
  };
  const shape: TensorShape = [6, 10, 12, 3];
  const layout = layoutOf(shape);
  const values = slopes(shape);
  const head = 1 + 3 * 8;

  it('puts each map of each sample in its place, near to what it was', () => {
    const bytes = opened(100).encode(values, layout);
    expect(bytes[0]).toBe(1);
    expect(sizeOf(codecChoice(name), shape)).toEqual({ atMost: head + values.length });
    expect(bytes.length).toBeLessThan(head + values.length);
    const decoded = opened().decode(bytes, layout);
    const errors = decoded.map((value, i) => Math.abs(value - values[i]) / rangeOf(values, i % 3, 3));
    // Of what is next to each other a twelfth of the range apart.
    expect(Math.max(...errors)).toBeLessThan(0.06);
    expect(errors.reduce((sum, error) => sum + error) / errors.length).toBeLessThan(0.015);
  });

  it('takes fewer bytes the worse it may be, and stays within the range of a map', () => {
    const [worst, middle, best] = [1, 50, 100].map((quality) => opened(quality).encode(values, layout));
    expect(worst.length).toBeLessThan(middle.length);
    expect(middle.length).toBeLessThan(best.length);
    opened()
      .decode(worst, layout)
      .forEach((value, i) => {
        const k = i % 3;
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(rangeOf(values, k, 3) * (1 + 1e-6));
      });
  });

  it('sends the levels where a picture would be larger, or larger than a picture can be', () => {
    const int8 = codecNamed('int8').open({}, 1);
    for (const few of [
      [2, 2, 2, 2],
      [1, 1, 16_384, 1],
      [1, 16_384, 1, 1],
    ] as const) {
      const given = slopes(few);
      const bytes = opened().encode(given, layoutOf(few));
      expect(bytes).toEqual(Uint8Array.of(0, ...int8.encode(given, layoutOf(few))));
      expect(opened().decode(bytes, layoutOf(few))).toEqual(int8.decode(bytes.subarray(1), layoutOf(few)));
    }
  });

  it('refuses pictures of another size or kind before they are decoded, and what is none', async () => {
    const good = opened().encode(values, layout);
    const decode = (bytes: Uint8Array) => () => opened().decode(bytes, layout);
    const instead = (picture: Uint8Array): Uint8Array => Uint8Array.of(...good.subarray(0, head), ...picture);
    const blank = (width: number, height: number) =>
      sharp({ create: { width, height, channels: 3, background: 'grey' } });
    const bomb = await blank(4000, 3000)[name]({ quality: 1 }).toBuffer();
    expect(decode(instead(bomb))).toThrow(refused(/pixel limit|it is 4000 × 3000/));
    const turned = opened().encode(values, layoutOf([6, 12, 10, 3]));
    expect(decode(turned)).toThrow(refused(/no (jpeg|webp) of \d+ × \d+: it is \d+ × \d+/));
    const png = await blank(40, 40).png().toBuffer();
    const other = codecNamed(name === 'jpeg' ? 'webp' : 'jpeg').open({ quality: 75 }, 1);
    expect(decode(instead(png))).toThrow(refused(/it is none/));
    expect(decode(other.encode(values, layout))).toThrow(refused(/it is none/));
    for (const bytes of [good.with(0, 2), good.with(0, 0), good.subarray(0, head), good.subarray(0, 0)]) {
      expect(decode(bytes)).toThrow(refused(/the form/));
    }
    expect(decode(good.subarray(0, good.length - 200))).toThrow(refused(/The picture of a tensor is no/));
    // And goes on.
    expect(opened().decode(good, layout)).toHaveLength(values.length);
  });
});
