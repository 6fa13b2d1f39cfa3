import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  packBits,
  packedBytes,
  packSmall,
  unpackBits,
  unpackSmall,
} from '../../../../main/offload/codecs/parts/bits.ts';
import type { Layout } from '../../../../main/offload/codecs/codec.ts';
import { bytesAt, floatsAt, histogramBytes, placesFor, run } from '../../../../main/offload/codecs/parts/kernels.ts';
import { codecChoice, codecNamed, type CodecInput } from '../../../../main/offload/codecs/table.ts';
import { random } from '../../../../main/random.ts';

function opened(choice: CodecInput, { seed = 1, once = false } = {}) {
  const { name, params } = codecChoice(choice);
  return codecNamed(name).open(params, seed, once);
}

const layoutOf = (values: Float32Array, maps = 1): Layout => ({
  shape: [values.length / maps, 1, 1, maps],
  kept: null,
});

function through(codec: ReturnType<typeof opened>, values: Float32Array, maps = 1): Float32Array {
  const layout = layoutOf(values, maps);
  return codec.decode(codec.encode(values, layout), layout);
}

function noise(count: number, stream: string): Float32Array {
  const source = random(1, 'codecs', stream);
  return Float32Array.from({ length: count }, () => source.normal());
}

const magnitudes = fc.float32Array({ minLength: 1, maxLength: 300, noNaN: true, noDefaultInfinity: true });

it('bits are packed one after another, the lowest first', () => {
  expect([...packBits(Uint32Array.of(0b101, 0b011, 0b110), 3)]).toEqual([0b10_011_101, 0b1]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 24 }), fc.array(fc.nat(), { maxLength: 70 }), (bits, given) => {
      const numbers = given.map((number) => number % 2 ** bits);
      const bytes = packBits(Uint32Array.from(numbers), bits);
      expect(bytes.length).toBe(packedBytes(numbers.length, bits));
      expect([...unpackBits(bytes, numbers.length, bits)]).toEqual(numbers);
    }),
  );
});

/** Written down before the loops were made faster: the bytes of two tensors, one after the other. */
it.each<[CodecInput, string]>([
  ['float16-scaled', '7d149b3bbbaaa4ae'],
  ['int8', '076f7a4d46fd42e6'],
  [{ name: 'quantised', bits: 3 }, '92c1e52de619a99c'],
  ['quantised', 'b910e27ba505008d'],
  ['sign', '46ee709a4285b7b5'],
  [{ name: 'top-k', random: 0.2 }, '3760bc08e48a640a'],
])('%j writes the bytes it always did', (choice, digest) => {
  const source = random(1, 'wire');
  const values = Float32Array.from({ length: 300 * 5 }, (_, i) => (i % 7 === 0 ? 0 : 10 ** (i % 5) * source.normal()));
  const codec = opened(choice);
  const hash = createHash('sha256');
  for (let t = 0; t < 2; t++) hash.update(codec.encode(values, layoutOf(values, 5)));
  expect(hash.digest('hex').slice(0, 16)).toBe(digest);
});

it('numbers of a byte each are packed the same way, those of a map after those of another', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.nat(70), fc.integer({ min: 1, max: 3 }), (bits, rows, maps) => {
      const source = random(1, 'numbers', rows);
      const numbers = Uint8Array.from({ length: rows * maps }, () => source.integer(2 ** bits));
      const ofMap = packedBytes(rows, bits);
      const expected = new Uint8Array(maps * ofMap);
      for (let k = 0; k < maps; k++) {
        const own = Uint32Array.from(numbers.subarray(k * rows, (k + 1) * rows));
        expected.set(packBits(own, bits), k * ofMap);
      }
      expect(packSmall(numbers, { maps, rows }, bits)).toEqual(expected);
      expect(unpackSmall(expected, { maps, rows }, bits)).toEqual(numbers);
    }),
  );
});

it('the largest are those that come first when sorted by magnitude, and of equal ones the first', () => {
  fc.assert(
    fc.property(magnitudes, fc.nat(), (values, drawn) => {
      const count = 1 + (drawn % values.length);
      const rows = values.length;
      const {
        plane,
        histogram,
        marks: marked,
      } = placesFor({ plane: 4 * rows, histogram: histogramBytes, marks: rows });
      floatsAt(plane, rows).set(values);
      run('markLargest', { plane, rows, wanted: count, histogram, marks: marked });
      const marks = bytesAt(marked, rows);
      const sorted = [...values.keys()].sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]) || a - b);
      expect([...marks.keys()].filter((i) => marks[i] === 1)).toEqual(sorted.slice(0, count).sort((a, b) => a - b));
    }),
  );
});

describe('quantised', () => {
  it('takes so many bits a value, and eight bytes a map', () => {
    const { size } = codecNamed('quantised');
    expect(size([10, 3, 3, 4], { bits: 3 })).toEqual({ exact: 4 * (8 + Math.ceil((90 * 3) / 8)) });
  });

  it('is right on average while it trains, and draws anew for each tensor', () => {
    const values = Float32Array.of(0, 0.1, 0.37, 0.5, 0.93, 1);
    const codec = opened({ name: 'quantised', bits: 2 });
    const sums = new Float64Array(values.length);
    for (let t = 0; t < 4000; t++) through(codec, values).forEach((value, i) => (sums[i] += value / 4000));
    // Levels are a third apart: the mean of 4000 is off by 0.0026 at most, in a standard deviation.
    sums.forEach((mean, i) => expect(Math.abs(mean - values[i])).toBeLessThan(0.013));
    const decoded = through(codec, values);
    expect([decoded[0], decoded[5]]).toEqual([0, 1]);
  });

  it('rounds to the nearest of its levels where nothing is to be left to chance', () => {
    const values = Float32Array.of(0, 1, 1.4, 1.6, 3);
    const nearest = [0, 1, 1, 2, 3];
    expect([...through(opened({ name: 'quantised', bits: 2, rounding: 'nearest' }), values)]).toEqual(nearest);
    expect([...through(opened({ name: 'quantised', bits: 2 }, { once: true }), values)]).toEqual(nearest);
  });

  it('keeps maps apart, over more rows than are worked on together', () => {
    const values = noise(3 * 700, 'maps').map((value, i) => value * 10 ** (i % 3));
    for (const bits of [2, 3, 5, 8]) {
      const decoded = through(opened({ name: 'quantised', bits, rounding: 'nearest' }), values, 3);
      for (let k = 0; k < 3; k++) {
        const map = values.filter((_, i) => i % 3 === k);
        const level = (Math.max(...map) - Math.min(...map)) / (2 ** bits - 1);
        map.forEach((value, r) => expect(Math.abs(decoded[3 * r + k] - value)).toBeLessThan(0.5001 * level));
      }
    }
  });
});

describe('sign', () => {
  it('sends the mean magnitude of a map and one bit a value', () => {
    const values = Float32Array.of(1, -10, -2, 30, 3, -20);
    const codec = opened({ name: 'sign', memory: false });
    expect([...through(codec, values, 2)]).toEqual([2, -20, -2, 20, 2, -20]);
    expect(codec.encode(values, layoutOf(values, 2))).toHaveLength(2 * (4 + 1));
    expect(codec.state).toBeUndefined();
  });

  it('sends later what it lost, so that what is sent again and again arrives', () => {
    const values = noise(60, 'sign');
    const off = (codec: ReturnType<typeof opened>): number => {
      const sums = new Float64Array(values.length);
      for (let t = 0; t < 400; t++) through(codec, values, 3).forEach((value, i) => (sums[i] += value / 400));
      return Math.max(...values.map((value, i) => Math.abs(value - sums[i])));
    };
    expect(off(opened('sign'))).toBeLessThan(0.1);
    expect(off(opened({ name: 'sign', memory: false }))).toBeGreaterThan(0.5);
  });

  it('remembers by map, whichever are kept, and for fewer rows, too', () => {
    const codec = opened('sign');
    const layout = (samples: number, kept: number[]): Layout => ({ shape: [samples, 1, 1, kept.length], kept });
    codec.encode(Float32Array.of(1, 3, 2, 6), layout(2, [4, 7]));
    codec.encode(Float32Array.of(1), layout(1, [2]));
    const state = codec.state!();
    expect(Object.keys(state).sort()).toEqual(['lost.2', 'lost.4', 'lost.7']);
    expect([...(state['lost.7'].data as Float32Array)]).toEqual([-1.5, 1.5]);
    // -1.5 of the first row is added to what map 7 sends next.
    const again = layout(1, [7]);
    expect([...codec.decode(codec.encode(Float32Array.of(1), again), again)]).toEqual([-0.5]);
    expect([...(codec.state!()['lost.7'].data as Float32Array)]).toEqual([0, 1.5]);
    for (const name of ['tensors', 'lost.x']) {
      const restore = () => codec.restore!({ [name]: { shape: [1], data: Float32Array.of(1) } });
      expect(restore).toThrow(expect.objectContaining({ code: 'codec-state', path: name }));
    }
  });
});

describe('top-k', () => {
  it('sends the largest of each map as they are, and their places', () => {
    const values = Float32Array.of(1, 40, -5, 10, 3, -30, 4, 20);
    expect([...through(opened({ name: 'top-k', share: 0.5 }), values, 2)]).toEqual([0, 40, -5, 0, 0, -30, 4, 0]);
    // Two of four rows: two places of two bits in a byte, and two values.
    expect(codecNamed('top-k').size([4, 1, 1, 2], { share: 0.5, random: 0 })).toEqual({ exact: 2 * (1 + 8) });
  });

  it('gives up a share of them for others while it trains, and for none else', () => {
    const values = noise(1000, 'top-k');
    const choice = { name: 'top-k', share: 0.1, random: 0.3 } as const;
    const largest = through(opened({ ...choice, random: 0 }), values);
    const codec = opened(choice);
    let others = 0;
    for (let t = 0; t < 50; t++) {
      const decoded = through(codec, values);
      const sent = decoded.filter((value) => value !== 0);
      expect(sent).toHaveLength(100);
      decoded.forEach((value, i) => value !== 0 && expect(value).toBe(values[i]));
      others += decoded.filter((value, i) => value !== 0 && largest[i] === 0).length;
    }
    expect(others / 5000).toBeCloseTo(0.3, 1);
    expect(through(opened(choice, { once: true }), values)).toEqual(largest);
  });

  it('sends all where none is to be left out', () => {
    const values = noise(12, 'all');
    expect(through(opened({ name: 'top-k', share: 1, random: 0.5 }), values, 3)).toEqual(values);
  });

  it('refuses places that are none, or not in order', () => {
    const values = Float32Array.of(1, 2, 3);
    const codec = opened({ name: 'top-k', share: 0.6 });
    const bytes = codec.encode(values, layoutOf(values));
    for (const places of [0b1111, 0b0110, 0b0101]) {
      const decode = () => codec.decode(bytes.with(0, places), layoutOf(values));
      expect(decode).toThrow(expect.objectContaining({ code: 'message-malformed' }));
    }
  });
});

it.each([
  [{ name: 'quantised', bits: 1 }, 'codec.bits'],
  [{ name: 'quantised', bits: 9 }, 'codec.bits'],
  [{ name: 'top-k', share: 0 }, 'codec.share'],
  [{ name: 'top-k', share: 1.1 }, 'codec.share'],
  [{ name: 'top-k', random: 1 }, 'codec.random'],
  [{ name: 'codebook', length: 0 }, 'codec.length'],
  [{ name: 'codebook', codewords: 1 }, 'codec.codewords'],
  [{ name: 'codebook', codewords: 4097 }, 'codec.codewords'],
  [{ name: 'codebook', groups: 0 }, 'codec.groups'],
  [{ name: 'codebook', every: 0 }, 'codec.every'],
  [{ name: 'codebook', correction: -1 }, 'codec.correction'],
  [{ name: 'superposed', images: 1 }, 'codec.images'],
  [{ name: 'superposed', images: 65 }, 'codec.images'],
  [{ name: 'superposed', keys: -1 }, 'codec.keys'],
  [{ name: 'jpeg', quality: 0 }, 'codec.quality'],
  [{ name: 'webp', quality: 101 }, 'codec.quality'],
])('%j is refused, and the parameter named', (choice, path) => {
  expect(() => codecChoice(choice)).toThrow(expect.objectContaining({ code: 'codec-params', path }));
});
