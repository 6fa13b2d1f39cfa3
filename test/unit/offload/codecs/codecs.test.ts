import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mostBytes, type Layout, type Range, type TensorShape } from '../../../../main/offload/codecs/codec.ts';
import { compressions } from '../../../../main/offload/codecs/compression.ts';
import { decodeHalves, encodeHalves } from '../../../../main/offload/codecs/float16.ts';
import { scaledFloat16 } from '../../../../main/offload/codecs/float16-scaled.ts';
import { int8 } from '../../../../main/offload/codecs/int8.ts';
import {
  availableCodecs,
  codecChoice,
  codecNamed,
  codecNames,
  requireCodecs,
  sizeOf,
  type CodecName,
} from '../../../../main/offload/codecs/table.ts';
import { where } from '../../../support/where.ts';

function layoutOf(count: number, maps: number): Layout {
  return { shape: [count / maps, 1, 1, maps], kept: null };
}

/** Tensors of floats within ±limit, subnormals included, in steps of one shape each. */
function tensors(limit: number) {
  const side = fc.integer({ min: 1, max: 4 });
  return fc.tuple(side, side, side, fc.integer({ min: 1, max: 9 })).chain((shape) => {
    const count = shape.reduce((product, extent) => product * extent, 1);
    const values = fc.float32Array({
      minLength: count,
      maxLength: count,
      noNaN: true,
      noDefaultInfinity: true,
      min: -Math.fround(limit),
      max: Math.fround(limit),
    });
    const all = Array.from({ length: 2 * shape[3] }, (_, k) => k);
    return fc.record({
      shape: fc.constant<TensorShape>(shape),
      kept: fc.option(fc.subarray(all, { minLength: shape[3], maxLength: shape[3] })),
      steps: fc.array(values, { minLength: 1, maxLength: 4 }),
    });
  });
}

function rangeOf(values: Float32Array): Range {
  return { min: Math.min(...values), max: Math.max(...values) };
}

/** A codec with its default parameters, opened. */
function opened(name: CodecName, seed = 1) {
  return codecNamed(name).open(codecChoice(name).params, seed);
}

for (const name of codecNames) {
  where(availableCodecs().includes(name), 'no zstd in this Node').describe(name, () => everyCodec(name));
}

function everyCodec(name: CodecName): void {
  const codec = codecNamed(name);
  const { params } = codecChoice(name);
  // What comes after is the same for all.
  const runs = { numRuns: name.includes('+') ? 10 : 40 };

  it('takes as many bytes as its size says, and decodes within its error bound', () => {
    fc.assert(
      fc.property(tensors(codec.largest), ({ shape, kept, steps }) => {
        const [near, far] = [opened(name), opened(name)];
        for (const values of steps) {
          const sent = values.slice();
          const bytes = near.encode(sent, { shape, kept }).slice();
          const size = codec.size(shape, params);
          if ('exact' in size) expect(bytes.length).toBe(size.exact);
          expect(bytes.length).toBeLessThanOrEqual(mostBytes(size));
          expect(sent).toEqual(values);
          const decoded = far.decode(bytes, { shape, kept });
          expect(decoded.length).toBe(values.length);
          const ranges = Array.from({ length: shape[3] }, (_, k) =>
            rangeOf(values.filter((__, i) => i % shape[3] === k)),
          );
          const tensor = rangeOf(values);
          values.forEach((value, i) => {
            const bound = codec.errorBound?.(value, { map: ranges[i % shape[3]], tensor }, params) ?? Infinity;
            expect(Math.abs(decoded[i] - value)).toBeLessThanOrEqual(bound);
          });
        }
      }),
      runs,
    );
  });

  it('goes on from its state with the same bytes and values', () => {
    fc.assert(
      fc.property(tensors(Math.min(1000, codec.largest)), ({ shape, kept, steps }) => {
        const layout = { shape, kept };
        let [near, far] = [opened(name), opened(name)];
        const [nearBefore, farBefore] = [opened(name), opened(name)];
        for (const values of steps) {
          const bytes = nearBefore.encode(values, layout).slice();
          const [again, decoding] = [opened(name), opened(name)];
          if (near.state) again.restore?.(structuredClone(near.state()));
          if (far.state) decoding.restore?.(structuredClone(far.state()));
          [near, far] = [again, decoding];
          expect(near.encode(values, layout)).toEqual(bytes);
          expect(far.decode(bytes, layout)).toEqual(farBefore.decode(bytes, layout));
        }
      }),
      runs,
    );
  });

  it('decodes bytes at any offset, into memory of its own', () => {
    fc.assert(
      fc.property(tensors(Math.min(1000, codec.largest)), ({ shape, kept, steps: [values] }) => {
        const layout = { shape, kept };
        const bytes = opened(name).encode(values, layout);
        const shifted = new Uint8Array(bytes.length + 1);
        shifted.set(bytes, 1);
        const decoded = opened(name).decode(shifted.subarray(1), layout);
        shifted.fill(0);
        expect(decoded).toEqual(opened(name).decode(bytes, layout));
      }),
      runs,
    );
  });

  it('takes no more than B/φ of the bytes for B of φ maps, beside what every tensor takes', () => {
    const extent = fc.record({ rows: fc.nat(5000), total: fc.integer({ min: 1, max: 512 }), kept: fc.nat() });
    const plain = codecNamed(name.split('+')[0]);
    // Of what several values share a map may have a part: by as many maps it comes out even.
    const even = plain.name === 'codebook' ? 16 : 1;
    fc.assert(
      fc.property(extent, ({ rows, total, kept: drawn }) => {
        const kept = 1 + (drawn % total);
        const bytes = (maps: number): number => mostBytes(plain.size([4 * rows, 4, 4, maps * even], params));
        // The one scale of a whole tensor does not shrink with it.
        const fixed = 2 * bytes(1) - bytes(2);
        expect((bytes(kept) - fixed) * total).toBe((bytes(total) - fixed) * kept);
      }),
    );
  });

  it.each([NaN, Infinity, -Infinity])('refuses %d by name and place', (bad) => {
    for (const at of [0, 1]) {
      const encode = () => opened(name).encode(Float32Array.of(1, 2, 3, 4).with(at, bad), layoutOf(4, 2));
      expect(encode).toThrow(expect.objectContaining({ code: 'codec-non-finite', path: `values[${at}]` }));
    }
  });
}

describe('float16', () => {
  const through = (value: number) => decodeHalves(encodeHalves(Float32Array.of(value)))[0];

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
    const values = decodeHalves(new Uint8Array(halves.buffer));
    expect(new Uint16Array(encodeHalves(values).buffer)).toEqual(halves);
  });

  it('rounds to the nearest of its numbers, ties to even', () => {
    const values = decodeHalves(new Uint8Array(Uint16Array.from({ length: 0x7c00 }, (_, i) => i).buffer));
    for (let half = 0; half < 0x7bff; half++) {
      const [low, high] = [values[half], values[half + 1]];
      expect(through((low + high) / 2)).toBe(half % 2 === 0 ? low : high);
    }
  });

  it.each([65520, -65520, 1e10])('refuses %d, which would become infinity', (value) => {
    expect(() => encodeHalves(Float32Array.of(0, value))).toThrow(expect.objectContaining({ code: 'codec-overflow' }));
  });

  it('refuses infinities and NaN in received bytes', () => {
    for (const half of [0x7c00, 0xfc00, 0x7e00]) {
      const bytes = new Uint8Array(Uint16Array.of(half).buffer);
      expect(() => decodeHalves(bytes)).toThrow(expect.objectContaining({ code: 'codec-non-finite' }));
    }
  });
});

describe('float16-scaled', () => {
  const scaled = scaledFloat16.open();

  it('keeps eleven bits of gradients far below the range of float16', () => {
    const values = Float32Array.of(1.2345e-9, -3.21e-12, 7e-8);
    const decoded = scaled.decode(scaled.encode(values));
    values.forEach((value, i) => {
      expect(Math.abs(decoded[i] / value - 1)).toBeLessThan(2 ** -11);
    });
  });

  it('refuses what would round to infinity', () => {
    const largest = 65504 * 2 ** 112;
    expect(scaled.decode(scaled.encode(Float32Array.of(largest)))[0]).toBe(largest);
    const encode = () => scaled.encode(Float32Array.of(largest, largest * (1 + 2 ** -20)));
    expect(encode).toThrow(expect.objectContaining({ code: 'codec-overflow', path: 'values[1]' }));
    expect(encode).toThrow('beyond the range of float16-scaled (±3.4018e38)');
  });

  it('refuses a scale that makes a value infinite', () => {
    const bytes = scaled.encode(Float32Array.of(1, 0));
    new DataView(bytes.buffer).setFloat32(0, 3e38, true);
    expect(() => scaled.decode(bytes)).toThrow(
      expect.objectContaining({ code: 'codec-non-finite', path: 'values[0]' }),
    );
  });

  it.each([0, -1, NaN, Infinity])('refuses the scale %d in received bytes', (scale) => {
    const bytes = scaled.encode(Float32Array.of(1));
    new DataView(bytes.buffer).setFloat32(0, scale, true);
    expect(() => scaled.decode(bytes)).toThrow(expect.objectContaining({ code: 'message-malformed' }));
  });
});

describe('int8', () => {
  const one = int8.open();

  it('is exact at both ends of each map, and for a constant map', () => {
    const values = Float32Array.of(-3, 5, 7, 5, 1, 5);
    const decoded = one.decode(one.encode(values, layoutOf(6, 2)), layoutOf(6, 2));
    expect([decoded[0], decoded[1], decoded[3], decoded[5]]).toEqual([-3, 5, 5, 5]);
    expect(decoded[2]).toBeCloseTo(7, 5);
  });

  it('refuses a map with a range that might round to infinity', () => {
    const values = Float32Array.of(-3e38, 3e38);
    expect(() => one.encode(values, layoutOf(2, 1))).toThrow(expect.objectContaining({ code: 'codec-overflow' }));
  });
});

describe('a compressed codec', () => {
  it('is the plain one once it is decompressed', () => {
    const values = Float32Array.from({ length: 600 }, (_, i) => Math.sin(i));
    for (const name of availableCodecs()) {
      const through = (of: CodecName) =>
        opened(of).decode(opened(of).encode(values, layoutOf(600, 4)), layoutOf(600, 4));
      expect(through(name)).toEqual(through(name.split('+')[0] as CodecName));
    }
  });

  it('shrinks what repeats', () => {
    const bytes = opened('float16+deflate').encode(new Float32Array(1000), layoutOf(1000, 1));
    expect(bytes.length).toBeLessThan(100);
  });

  it.each([1, 1000, 70_000, 300_000])('allows for %d bytes that do not shrink', (length) => {
    let state = 1;
    const noise = Uint8Array.from({ length }, () => (state = Math.imul(state, 1_103_515_245) + 12_345) >>> 23);
    for (const compression of compressions.filter(({ available }) => available())) {
      expect(compression.compress(noise).length).toBeLessThanOrEqual(compression.bound(length));
    }
  });

  it('refuses data that is damaged, too long, too short or followed by more', () => {
    const name = 'float32+deflate';
    const encode = (count: number) => opened(name).encode(new Float32Array(count).fill(1.5), layoutOf(count, 1));
    const good = encode(100);
    const followed = new Uint8Array([...good, 1, 2, 3]);
    for (const bytes of [good.subarray(0, 10), encode(99), encode(101), encode(1e6), followed]) {
      const decode = () => opened(name).decode(bytes, layoutOf(100, 1));
      expect(decode).toThrow(expect.objectContaining({ code: 'message-malformed' }));
    }
    const damaged = () => opened(name).decode(good.with(0, 0xff), layoutOf(100, 1));
    const cause: unknown = expect.objectContaining({ code: 'Z_DATA_ERROR' });
    expect(damaged).toThrow(expect.objectContaining({ cause }));
  });

  it('is offered by a server only where it can be done', () => {
    const missing = codecNames.filter((name) => !availableCodecs().includes(name));
    const zstd = codecNames.filter((name) => name.endsWith('+zstd'));
    expect(missing).toEqual('zstdCompressSync' in process.getBuiltinModule('node:zlib') ? [] : zstd);
    for (const name of missing) {
      expect(() => opened(name)).toThrow(expect.objectContaining({ code: 'codec-unavailable', path: 'codec' }));
      expect(() => opened(name)).toThrow(/22\.15/);
    }
  });
});

describe('the choice of a codec', () => {
  it('has its parameters filled in', () => {
    expect(codecChoice('int8+deflate')).toEqual({ name: 'int8+deflate', params: {} });
    expect(codecChoice({ name: 'int8' })).toEqual(codecChoice('int8'));
    expect(sizeOf(codecChoice('int8'), [2, 3, 3, 4])).toEqual({ exact: 8 * 4 + 72 });
  });

  it('names what is unknown', () => {
    expect(() => codecChoice('int9')).toThrow(expect.objectContaining({ code: 'codec-unknown' }));
    expect(() => codecChoice({ name: 'int8', levels: 3 })).toThrow(expect.objectContaining({ code: 'codec-params' }));
  });

  it('is refused with both lists where the server lacks it', () => {
    const needed = [codecChoice('float32'), codecChoice('int8')];
    expect(() => requireCodecs(needed, ['float32', 'int8'])).not.toThrow();
    const missing = () => requireCodecs(needed, ['float32', 'float16']);
    expect(missing).toThrow(/no codec "int8".* needs float32, int8; the server has float32, float16/);
    expect(missing).toThrow(expect.objectContaining({ code: 'codec-unknown', path: 'codecs.1.name' }));
  });
});
