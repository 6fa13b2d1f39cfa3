import { z } from 'zod';
import { malformed } from '../protocol/header.ts';
import { type Codec, type Layout, type OpenCodec, type TensorShape } from './codec.ts';
import { counted } from './parts/counted.ts';
import { levelBytes, maxRange, readLevels } from './parts/map-levels.ts';
import { levelsBytes, packLevels, unpackLevels } from './parts/packed-levels.ts';
import { quantiserParams } from './quantised.ts';
import { extentsOf, type Extents } from './parts/planes.ts';
import { dequantise, quantise, quantisedError, roundingOf, type Quantised } from './parts/quantiser.ts';
import { ransDecode, ransEncode } from './parts/rans-coder.ts';

const params = z.strictObject({
  ...quantiserParams,
  range: z
    .enum(['map', 'tensor'])
    .default('map')
    .describe('Levels over the range of each map, or the same ones for all: maps of a small range then take few bits'),
});
type Params = z.output<typeof params>;

/** The first byte: how the levels follow. */
const [packed, coded] = [0, 1];

/** With one range for all, a tensor is one long map. */
function rangesOf(shape: TensorShape, { range }: Params): Extents {
  const { maps, rows } = extentsOf(shape);
  return range === 'map' ? { maps, rows } : { maps: 1, rows: rows * maps };
}

function write(quantised: Quantised, extents: Extents, bits: number): Uint8Array {
  const table = new Uint8Array(quantised.table.buffer);
  const plain = levelsBytes(extents, bits);
  const code = ransEncode(quantised.levels, 2 ** bits, plain - table.length);
  const bytes = new Uint8Array(1 + (code ? table.length + code.length : plain));
  if (!code) {
    bytes[0] = packed;
    bytes.set(packLevels(quantised, extents, bits), 1);
    return bytes;
  }
  bytes[0] = coded;
  bytes.set(table, 1);
  bytes.set(code, 1 + table.length);
  return bytes;
}

function read(bytes: Uint8Array, extents: Extents, bits: number): Quantised {
  const { maps, rows } = extents;
  const form = bytes.at(0);
  const content = bytes.subarray(1);
  if (form === packed) {
    const plain = levelsBytes(extents, bits);
    if (content.length === plain) return unpackLevels(content, extents, bits);
    throw malformed(`A packed tensor has ${content.length} bytes, expected ${plain}.`);
  }
  if (form !== coded) throw malformed(`A tensor is written in form ${form}, expected ${packed} or ${coded}.`);
  if (content.length < levelBytes * maps) {
    throw malformed(`The levels of ${maps} maps take ${levelBytes * maps} bytes, ${content.length} are there.`);
  }
  const levels = new Uint8Array(maps * rows);
  ransDecode(content.subarray(levelBytes * maps), 2 ** bits, levels);
  return { table: readLevels(content, maps), levels };
}

function open(chosen: Params, seed: number, once = false): OpenCodec {
  const { bits, rounding } = chosen;
  const encode = (values: Float32Array, { shape }: Layout, chance: Uint32Array | null): Uint8Array => {
    const extents = rangesOf(shape, chosen);
    return write(quantise(values, extents, { bits, rounding: chance, format: 'rans' }), extents, bits);
  };
  const decode = (bytes: Uint8Array, { shape }: Layout): Float32Array => {
    const extents = rangesOf(shape, chosen);
    return dequantise(read(bytes, extents, bits), extents, bits);
  };
  if (rounding === 'nearest' || once) return { encode: (values, layout) => encode(values, layout, null), decode };
  return counted('rans', (values, layout, tensor) => encode(values, layout, roundingOf(seed, tensor)), decode);
}

/**
 * The levels of `quantised`, written by how often they come (`rans-coder.ts`): evenly spaced levels with an entropy coder behind
 * them, as in the compression of feature maps by Choi and Bajić (ICIP 2018). Where that gains nothing they are packed as they are,
 * for one byte more.
 */
export const rans = {
  name: 'rans',
  words: {
    label: 'entropy-coded, 2 to 8 bits',
    hint: 'As quantised, with few bits for levels that come often; off by one level at most',
  },
  params,
  largest: maxRange / 2,
  size: (shape, chosen) => ({ atMost: 1 + levelsBytes(rangesOf(shape, chosen), chosen.bits) }),
  open,
  errorBound: (_value, { map, tensor }, { bits, rounding, range }) =>
    quantisedError(range === 'map' ? map : tensor, bits, rounding === 'nearest'),
} as const satisfies Codec<'rans', typeof params>;
