import { z } from 'zod';
import { random } from '../../random.ts';
import { packBits, packedBytes, unpackBits } from './bits.ts';
import { refuseNonFinite, type Codec, type Layout, type OpenCodec, type TensorShape } from './codec.ts';
import { counted } from './counted.ts';
import { firstNonFinite } from './float32.ts';
import { levelBytes, levelsOf, maxRange, readLevels } from './map-levels.ts';

/** Rows that are worked on together: they fit into a cache, and end at a byte whatever the bits. */
const tile = 256;

const params = z.strictObject({
  bits: z.int().min(2).max(8).default(4).describe('Bits of a value'),
  rounding: z
    .enum(['stochastic', 'nearest'])
    .default('stochastic')
    .describe('While it trains: up or down at random, so that values are right on average, or to the nearest level'),
});
type Params = z.output<typeof params>;

function rowsOf([samples, height, width]: TensorShape): number {
  return samples * height * width;
}

/** Levels are found in units of 2⁻²⁰ of their distance, to which a whole number below 2²⁰ is added that is cut off again. */
const fraction = 20;
const half = 2 ** (fraction - 1);

/** Rounds stochastically where `state` is the one of a generator (Marsaglia's xorshift, 2003), and to the nearest where it is 0. */
function encode(values: Float32Array, { shape }: Layout, bits: number, state: number): Uint8Array {
  const bad = firstNonFinite(values);
  if (bad >= 0) refuseNonFinite(values, bad);
  const [maps, rows, steps] = [shape[3], rowsOf(shape), 2 ** bits - 1];
  const table = levelsOf(values, maps, steps, 'quantised');
  const ofMap = packedBytes(rows, bits);
  const bytes = new Uint8Array(maps * (levelBytes + ofMap));
  bytes.set(new Uint8Array(table.buffer));
  const levels = new Uint32Array(tile);
  const shift = state === 0 ? half : 0;
  let x = state | 0;
  for (let from = 0; from < rows; from += tile) {
    const count = Math.min(tile, rows - from);
    for (let k = 0; k < maps; k++) {
      const [scale, offset] = [table[2 * k], table[2 * k + 1]];
      const perLevel = scale === 0 ? 0 : 2 ** fraction / scale;
      for (let r = 0, i = from * maps + k; r < count; r++, i += maps) {
        x ^= x << 13;
        x ^= x >>> 17;
        x ^= x << 5;
        const level = ((values[i] - offset) * perLevel + (x >>> (32 - fraction)) + shift) >> fraction;
        levels[r] = level > steps ? steps : level;
      }
      packBits(levels, count, bits, bytes, levelBytes * maps + k * ofMap + packedBytes(from, bits));
    }
  }
  return bytes;
}

function decode(bytes: Uint8Array, { shape }: Layout, bits: number): Float32Array {
  const [maps, rows] = [shape[3], rowsOf(shape)];
  const table = readLevels(bytes, maps);
  const ofMap = packedBytes(rows, bits);
  const values = new Float32Array(rows * maps);
  const levels = new Uint32Array(tile);
  for (let from = 0; from < rows; from += tile) {
    const count = Math.min(tile, rows - from);
    for (let k = 0; k < maps; k++) {
      const [scale, offset] = [table[2 * k], table[2 * k + 1]];
      unpackBits(bytes, levelBytes * maps + k * ofMap + packedBytes(from, bits), bits, levels, count);
      for (let r = 0, i = from * maps + k; r < count; r++, i += maps) values[i] = offset + scale * levels[r];
    }
  }
  const bad = firstNonFinite(values);
  if (bad >= 0) refuseNonFinite(values, bad);
  return values;
}

function open({ bits, rounding }: Params, seed: number, once = false): OpenCodec {
  const count = counted('quantised');
  const decoded = (bytes: Uint8Array, layout: Layout): Float32Array => decode(bytes, layout, bits);
  if (rounding === 'nearest' || once) {
    return { encode: (values, layout) => encode(values, layout, bits, 0), decode: decoded };
  }
  return {
    encode(values, layout) {
      const bytes = encode(values, layout, bits, 1 + random(seed, 'rounding', count.tensors).integer(2 ** 32 - 1));
      count.tensors++;
      return bytes;
    },
    decode: decoded,
    state: count.state,
    restore: count.restore,
  };
}

/**
 * A few bits a value, with a scale and an offset for each map, and the bits of one map after those of another. Rounded
 * stochastically, as in QSGD (Alistarh et al., NIPS 2017), a value is right on average; what is no part of the training is
 * rounded to the nearest level.
 */
export const quantised = {
  name: 'quantised',
  words: {
    label: 'quantised, 2 to 8 bits',
    hint: 'Evenly over a map’s range; off by one level at most, and by none on average',
  },
  params,
  largest: maxRange / 2,
  size: (shape, { bits }) => ({ exact: shape[3] * (levelBytes + packedBytes(rowsOf(shape), bits)) }),
  open,
  /** A level, or half of one, and the rounding of the result and of the scale to float32. */
  errorBound: (_value, { map: { min, max } }, { bits, rounding }) =>
    (max - min) * ((rounding === 'nearest' ? 0.5 : 1) / (2 ** bits - 1) + 2 ** -19) +
    Math.max(-min, max) * 2 ** -23 +
    2 ** -140,
} as const satisfies Codec<'quantised', typeof params>;
