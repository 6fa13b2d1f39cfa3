import { z } from 'zod';
import { malformed } from '../protocol/header.ts';
import { refuseNonFinite, refuseOverflow, valuesIn, viewAs, type Codec, type Layout } from './codec.ts';
import { firstNonFinite } from './float32.ts';

const STEPS = 255;
/** A wider range could round to infinity on the other side. */
const MAX_RANGE = 2 ** 126;

/** Per map: the smallest value, and the distance between two of the 256 levels. */
function levels(values: Float32Array, maps: number): Float32Array {
  const min = new Float32Array(maps).fill(Infinity);
  const max = new Float32Array(maps).fill(-Infinity);
  for (let i = 0; i < values.length; i += maps) {
    for (let k = 0; k < maps; k++) {
      const value = values[i + k];
      if (value < min[k]) min[k] = value;
      if (value > max[k]) max[k] = value;
    }
  }
  const table = new Float32Array(2 * maps);
  for (let k = 0; k < maps; k++) {
    const range = max[k] - min[k];
    if (range > MAX_RANGE) refuseOverflow(max[k], values.indexOf(max[k]), 'int8', 'a range of 8.5e37 in a map');
    table[2 * k] = range / STEPS;
    table[2 * k + 1] = min[k];
  }
  return table;
}

function encode(values: Float32Array, { shape: [, , , maps] }: Layout): Uint8Array {
  const bad = firstNonFinite(values);
  if (bad >= 0) refuseNonFinite(values, bad);
  const table = levels(values, maps);
  const bytes = new Uint8ClampedArray(8 * maps + values.length);
  bytes.set(new Uint8Array(table.buffer));
  for (let i = 0, at = 8 * maps; i < values.length; i += maps) {
    for (let k = 0; k < maps; k++, at++) {
      const scale = table[2 * k];
      // A Uint8ClampedArray rounds to nearest and clamps.
      bytes[at] = scale === 0 ? 0 : (values[i + k] - table[2 * k + 1]) / scale;
    }
  }
  return new Uint8Array(bytes.buffer);
}

function decode(bytes: Uint8Array, { shape: [, , , maps] }: Layout): Float32Array {
  const table = viewAs(Float32Array, bytes.subarray(0, 8 * maps));
  for (let k = 0; k < maps; k++) {
    if (table[2 * k] < 0) throw malformed(`The scale of map ${k} is ${table[2 * k]}, expected 0 or more.`);
  }
  const values = new Float32Array(bytes.length - 8 * maps);
  for (let i = 0, at = 8 * maps; i < values.length; i += maps) {
    for (let k = 0; k < maps; k++, at++) {
      values[i + k] = table[2 * k + 1] + table[2 * k] * bytes[at];
    }
  }
  const bad = firstNonFinite(values);
  if (bad >= 0) refuseNonFinite(values, bad);
  return values;
}

/** One byte a value, with a scale and an offset for each map: `value = offset + scale · byte`. */
export const int8 = {
  name: 'int8',
  words: { label: 'int8, a quarter', hint: 'Off by 1/510 of a map’s range at most' },
  params: z.strictObject({}),
  largest: MAX_RANGE / 2,
  size: (shape) => ({ exact: 8 * shape[3] + valuesIn(shape) }),
  open: () => ({ encode, decode }),
  /** Half a level, and the rounding of the result and of the scale to float32. */
  errorBound: (_value, { map: { min, max } }) =>
    (max - min) * (0.5 / STEPS + 2 ** -20) + Math.max(-min, max) * 2 ** -23 + 2 ** -140,
} as const satisfies Codec;
