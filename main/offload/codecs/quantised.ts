import { z } from 'zod';
import { packedBytes, packSmall, unpackSmall } from './parts/bits.ts';
import type { Codec, Layout, OpenCodec } from './codec.ts';
import { counted } from './parts/counted.ts';
import { levelBytes, maxRange, readLevels } from './parts/map-levels.ts';
import {
  dequantise,
  extentsOf,
  quantise,
  quantisedError,
  roundingOf,
  type Extents,
  type Quantised,
} from './parts/quantiser.ts';

/** Parameters of all that quantise. */
export const quantiserParams = {
  bits: z.int().min(2).max(8).default(4).describe('Bits of a value'),
  rounding: z
    .enum(['stochastic', 'nearest'])
    .default('stochastic')
    .describe('While it trains: up or down at random, so that values are right on average, or to the nearest level'),
};
const params = z.strictObject(quantiserParams);

/** Bytes of levels as `packLevels` writes them. */
export function levelsBytes({ maps, rows }: Extents, bits: number): number {
  return maps * (levelBytes + packedBytes(rows, bits));
}

/** The levels' table, then the bits of one map after those of another, each filled to a byte. */
export function packLevels({ table, levels }: Quantised, extents: Extents, bits: number): Uint8Array {
  const { maps, rows } = extents;
  const bytes = new Uint8Array(levelsBytes(extents, bits));
  bytes.set(new Uint8Array(table.buffer));
  const ofMap = packedBytes(rows, bits);
  for (let k = 0; k < maps; k++) {
    packSmall(levels.subarray(k * rows, (k + 1) * rows), bits, bytes, levelBytes * maps + k * ofMap);
  }
  return bytes;
}

/** Throws `message-malformed` for a table that is none. */
export function unpackLevels(bytes: Uint8Array, { maps, rows }: Extents, bits: number): Quantised {
  const table = readLevels(bytes, maps);
  const levels = new Uint8Array(maps * rows);
  const ofMap = packedBytes(rows, bits);
  for (let k = 0; k < maps; k++) {
    unpackSmall(bytes, levelBytes * maps + k * ofMap, bits, levels.subarray(k * rows, (k + 1) * rows));
  }
  return { table, levels };
}

function open({ bits, rounding }: z.output<typeof params>, seed: number, once = false): OpenCodec {
  const encode = (values: Float32Array, { shape }: Layout, state: number): Uint8Array => {
    const extents = extentsOf(shape);
    return packLevels(quantise(values, extents, { bits, state, format: 'quantised' }), extents, bits);
  };
  const decode = (bytes: Uint8Array, { shape }: Layout): Float32Array => {
    const extents = extentsOf(shape);
    return dequantise(unpackLevels(bytes, extents, bits), extents, bits);
  };
  if (rounding === 'nearest' || once) return { encode: (values, layout) => encode(values, layout, 0), decode };
  return counted('quantised', (values, layout, tensor) => encode(values, layout, roundingOf(seed, tensor)), decode);
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
  size: (shape, { bits }) => ({ exact: levelsBytes(extentsOf(shape), bits) }),
  open,
  errorBound: (_value, { map }, { bits, rounding }) => quantisedError(map, bits, rounding === 'nearest'),
} as const satisfies Codec<'quantised', typeof params>;
