import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  codecIds,
  codecNamed,
  codecNames,
  decodeTensor,
  encodedBytes,
  encodeTensor,
} from '../../../../main/offload/codecs/index.ts';
import { zstdAvailable } from '../../../../main/offload/codecs/compression.ts';
import { float16 } from '../../../../main/offload/codecs/float16.ts';
import { float32 } from '../../../../main/offload/codecs/float32.ts';
import { int8 } from '../../../../main/offload/codecs/int8.ts';
import { scaledFloat16 } from '../../../../main/offload/codecs/scaledFloat16.ts';

const usable = codecNames.filter((name) => zstdAvailable() || !name.endsWith('zstd'));

/** A tensor `[rows, maps]` of floats within ±limit, subnormals included. */
function tensor(limit: number) {
  return fc
    .record({ rows: fc.integer({ min: 1, max: 40 }), maps: fc.integer({ min: 1, max: 9 }) })
    .chain(({ rows, maps }) =>
      fc
        .float32Array({
          minLength: rows * maps,
          maxLength: rows * maps,
          noNaN: true,
          noDefaultInfinity: true,
          min: -limit,
          max: limit,
        })
        .map((values) => ({ values, maps })),
    );
}

function rangeOf(values: Float32Array, maps: number, map: number) {
  const own = values.filter((_, i) => i % maps === map);
  return { min: Math.min(...own), max: Math.max(...own) };
}

describe.each([
  { codec: float32, limit: Math.fround(3.4e38) },
  { codec: float16, limit: Math.fround(65504) },
  { codec: scaledFloat16, limit: Math.fround(3.4e38) },
  { codec: int8, limit: Math.fround(4e37) },
])('$codec.name', ({ codec, limit }) => {
  it('decodes within its error bound and fills exactly the announced bytes', () => {
    fc.assert(
      fc.property(tensor(limit), ({ values, maps }) => {
        const bytes = codec.encode(values, maps);
        expect(bytes.length).toBe(codec.bytes(values.length, maps));
        const decoded = codec.decode(bytes, maps, values.length);
        const whole = { min: Math.min(...values), max: Math.max(...values) };
        values.forEach((value, i) => {
          const range = codec === scaledFloat16 ? whole : rangeOf(values, maps, i % maps);
          expect(Math.abs(decoded[i] - value)).toBeLessThanOrEqual(codec.errorBound(value, range));
        });
      }),
    );
  });

  it('gives the same values a second time', () => {
    fc.assert(
      fc.property(tensor(1000), ({ values, maps }) => {
        const once = codec.decode(codec.encode(values, maps), maps, values.length);
        const bytes = codec.encode(values, maps);
        const shifted = new Uint8Array(bytes.length + 1);
        shifted.set(bytes, 1);
        expect(codec.decode(shifted.subarray(1), maps, values.length)).toEqual(once);
      }),
    );
  });

  it.each([NaN, Infinity, -Infinity])('refuses %d by name and place', (bad) => {
    const values = Float32Array.of(1, bad, 2);
    expect(() => codec.encode(values, 1)).toThrow(
      expect.objectContaining({ code: 'codec-non-finite', path: 'values[1]' }),
    );
  });
});

describe.each(usable)('%s', (name) => {
  const codec = [float32, float16, scaledFloat16, int8].find((format) => format.name === name.split('+')[0])!;

  it('decodes within the bound of its number format, whatever the shape', () => {
    fc.assert(
      fc.property(tensor(60_000), ({ values, maps }) => {
        const decoded = decodeTensor(name, encodeTensor(name, values, maps), maps, values.length);
        values.forEach((value, i) => {
          const range = codec === scaledFloat16 ? rangeOf(values, 1, 0) : rangeOf(values, maps, i % maps);
          expect(Math.abs(decoded[i] - value)).toBeLessThanOrEqual(codec.errorBound(value, range));
        });
      }),
      { numRuns: 40 },
    );
  });

  it('takes B/φ of the bytes for B of φ maps', () => {
    const bytes = fc.record({ rows: fc.nat(5000), total: fc.integer({ min: 1, max: 512 }), kept: fc.nat() });
    fc.assert(
      fc.property(bytes, ({ rows, total, kept: drawn }) => {
        const kept = 1 + (drawn % total);
        // The one scale of a whole tensor does not shrink with it.
        const fixed = codec === scaledFloat16 ? 4 : 0;
        const [part, whole] = [kept, total].map((maps) => encodedBytes(name, rows * maps, maps) - fixed);
        expect(part * total).toBe(whole * kept);
      }),
    );
  });

  it.each([NaN, Infinity, -Infinity])('refuses %d', (bad) => {
    const encode = () => encodeTensor(name, Float32Array.of(1, bad, 2, 3), 2);
    expect(encode).toThrow(expect.objectContaining({ code: 'codec-non-finite', path: 'values[1]' }));
  });
});

describe('float16', () => {
  const through = (value: number) => float16.decode(float16.encode(Float32Array.of(value)), 1, 1)[0];

  it.each([
    ['one', 1, 1],
    ['a third', 1 / 3, 0.333251953125],
    ['a tie, down to even', 1 + 2 ** -11, 1],
    ['a tie, up to even', 1 + 3 * 2 ** -11, 1 + 2 ** -9],
    ['just above a tie', 1 + 2 ** -11 + 2 ** -20, 1 + 2 ** -10],
    ['a carry into the exponent', 2 - 2 ** -12, 2],
    ['the largest', 65504, 65504],
    ['what still rounds to the largest', 65519.99609375, 65504],
    ['the smallest normal', 2 ** -14, 2 ** -14],
    ['just below the smallest normal', 2 ** -14 - 2 ** -26, 2 ** -14],
    ['a subnormal', 3 * 2 ** -24, 3 * 2 ** -24],
    ['a subnormal tie, down to even', 2.5 * 2 ** -24, 2 * 2 ** -24],
    ['a subnormal tie, up to even', 3.5 * 2 ** -24, 4 * 2 ** -24],
    ['half the smallest, down to zero', 2 ** -25, 0],
    ['just above half the smallest', 2 ** -25 + 2 ** -40, 2 ** -24],
    ['a float32 subnormal', 2 ** -140, 0],
  ])('rounds %s', (_, value, expected) => {
    expect(through(value)).toBe(expected);
    expect(through(-value)).toBe(-expected);
  });

  it('returns every one of its numbers unchanged', () => {
    const halves = Uint16Array.from({ length: 0x10000 }, (_, i) => i).filter((half) => (half & 0x7c00) !== 0x7c00);
    const values = float16.decode(new Uint8Array(halves.buffer), 1, halves.length);
    expect(new Uint16Array(float16.encode(values).buffer)).toEqual(halves);
  });

  it('rounds to the nearest of its numbers, ties to even', () => {
    const values = float16.decode(new Uint8Array(Uint16Array.from({ length: 0x7c00 }, (_, i) => i).buffer), 1, 0x7c00);
    for (let half = 0; half < 0x7bff; half++) {
      const [low, high] = [values[half], values[half + 1]];
      expect(through((low + high) / 2)).toBe(half % 2 === 0 ? low : high);
    }
  });

  it.each([65520, -65520, 1e10])('refuses %d, which would become infinity', (value) => {
    expect(() => float16.encode(Float32Array.of(0, value))).toThrow(
      expect.objectContaining({ code: 'codec-overflow' }),
    );
  });

  it('refuses infinities and NaN in received bytes', () => {
    for (const half of [0x7c00, 0xfc00, 0x7e00]) {
      const bytes = new Uint8Array(Uint16Array.of(half).buffer);
      expect(() => float16.decode(bytes, 1, 1)).toThrow(expect.objectContaining({ code: 'codec-non-finite' }));
    }
  });
});

describe('float16-scaled', () => {
  it('keeps eleven bits of gradients far below the range of float16', () => {
    const values = Float32Array.of(1.2345e-9, -3.21e-12, 7e-8);
    const decoded = scaledFloat16.decode(scaledFloat16.encode(values), 1, 3);
    values.forEach((value, i) => {
      expect(Math.abs(decoded[i] / value - 1)).toBeLessThan(2 ** -11);
    });
  });

  it('refuses what would round to infinity', () => {
    const largest = 65504 * 2 ** 112;
    expect(scaledFloat16.decode(scaledFloat16.encode(Float32Array.of(largest)), 1, 1)[0]).toBe(largest);
    const encode = () => scaledFloat16.encode(Float32Array.of(0, largest * (1 + 2 ** -20)));
    expect(encode).toThrow(expect.objectContaining({ code: 'codec-overflow', path: 'values[1]' }));
  });

  it.each([0, -1, NaN, Infinity])('refuses the scale %d in received bytes', (scale) => {
    const bytes = scaledFloat16.encode(Float32Array.of(1));
    new DataView(bytes.buffer).setFloat32(0, scale, true);
    expect(() => scaledFloat16.decode(bytes, 1, 1)).toThrow(expect.objectContaining({ code: 'message-malformed' }));
  });
});

describe('int8', () => {
  it('is exact at both ends of each map, and for a constant map', () => {
    const values = Float32Array.of(-3, 5, 7, 5, 1, 5);
    const decoded = int8.decode(int8.encode(values, 2), 2, 6);
    expect([decoded[0], decoded[1], decoded[3], decoded[5]]).toEqual([-3, 5, 5, 5]);
    expect(decoded[2]).toBeCloseTo(7, 5);
  });

  it('refuses a map with a range that might round to infinity', () => {
    const values = Float32Array.of(-3e38, 3e38);
    expect(() => int8.encode(values, 1)).toThrow(expect.objectContaining({ code: 'codec-overflow' }));
  });
});

describe('codec names', () => {
  it.each(codecNames)('%s survives its two bytes', (name) => {
    expect(codecNamed(...codecIds(name))).toBe(name);
  });

  it.each(usable)('%s decodes what it encodes', (name) => {
    const values = Float32Array.from({ length: 600 }, (_, i) => Math.sin(i));
    const plain = decodeTensor(name, encodeTensor(name, values, 4), 4, 600);
    const [format] = name.split('+') as ['float32'];
    expect(plain).toEqual(decodeTensor(format, encodeTensor(format, values, 4), 4, 600));
    expect(encodedBytes(name, 600, 4)).toBe(encodeTensor(format, values, 4).length);
  });

  it('shrinks what repeats', () => {
    const zeros = new Float32Array(1000);
    expect(encodeTensor('float16+deflate', zeros, 1).length).toBeLessThan(100);
  });

  it('refuses unknown bytes', () => {
    expect(() => codecNamed(99, 0)).toThrow(expect.objectContaining({ code: 'codec-unknown' }));
    expect(() => codecNamed(0, 99)).toThrow(expect.objectContaining({ code: 'codec-unknown' }));
  });

  it('refuses compressed data that is damaged, too long, too short or followed by more', () => {
    const encode = (count: number) => encodeTensor('float32+deflate', new Float32Array(count).fill(1.5), 1);
    const good = encode(100);
    const followed = new Uint8Array([...good, 1, 2, 3]);
    for (const bytes of [good.subarray(0, 10), encode(99), encode(101), encode(1e6), followed]) {
      const decode = () => decodeTensor('float32+deflate', bytes, 1, 100);
      expect(decode).toThrow(expect.objectContaining({ code: 'message-malformed' }));
    }
  });

  it.runIf(!zstdAvailable())('says what zstd needs', () => {
    const encode = () => encodeTensor('float32+zstd', new Float32Array(1), 1);
    expect(encode).toThrow(expect.objectContaining({ code: 'codec-unavailable' }));
    expect(encode).toThrow(/22\.15/);
  });
});
