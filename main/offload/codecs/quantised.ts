import { z } from 'zod';
import type { Codec, Layout, OpenCodec } from './codec.ts';
import { counted } from './parts/counted.ts';
import { maxRange } from './parts/map-levels.ts';
import { levelsBytes, packLevels, unpackLevels } from './parts/packed-levels.ts';
import { extentsOf } from './parts/planes.ts';
import { dequantise, quantise, quantisedError, roundingOf } from './parts/quantiser.ts';

/** Parameters of all that quantise. */
export const quantiserParams = {
  bits: z.int().min(2).max(8).default(4).describe('Bits of a value'),
  rounding: z
    .enum(['stochastic', 'nearest'])
    .default('stochastic')
    .describe('While it trains: up or down at random, so that values are right on average, or to the nearest level'),
};
const params = z.strictObject(quantiserParams);

function open({ bits, rounding }: z.output<typeof params>, seed: number, once = false): OpenCodec {
  const encode = (values: Float32Array, { shape }: Layout, chance: Uint32Array | null): Uint8Array => {
    const extents = extentsOf(shape);
    return packLevels(quantise(values, extents, { bits, rounding: chance, format: 'quantised' }), extents, bits);
  };
  const decode = (bytes: Uint8Array, { shape }: Layout): Float32Array => {
    const extents = extentsOf(shape);
    return dequantise(unpackLevels(bytes, extents, bits), extents, bits);
  };
  if (rounding === 'nearest' || once) return { encode: (values, layout) => encode(values, layout, null), decode };
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
