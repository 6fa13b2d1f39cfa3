import { z } from 'zod';
import { valuesIn, type Codec, type Layout } from './codec.ts';
import { requireFinite } from './float32.ts';
import { levelBytes, levelsOf, maxRange, readLevels } from './parts/map-levels.ts';

const STEPS = 255;

/** Added to a number below 2 ** 51 and taken off again it rounds to nearest, ties to even. */
const whole = 2 ** 52;
/** Rows that are worked on together: map after map they stay in the nearest cache. */
const tile = 32;

function encode(values: Float32Array, { shape: [, , , maps] }: Layout): Uint8Array {
  const table = levelsOf(values, maps, STEPS, 'int8');
  const bytes = new Uint8Array(levelBytes * maps + values.length);
  bytes.set(new Uint8Array(table.buffer));
  const levels = bytes.subarray(levelBytes * maps);
  for (let from = 0; from < values.length; from += tile * maps) {
    const end = Math.min(values.length, from + tile * maps);
    for (let k = 0; k < maps; k++) {
      const offset = table[2 * k + 1];
      const scale = table[2 * k] === 0 ? Infinity : table[2 * k];
      for (let i = from + k; i < end; i += maps) {
        const level = (values[i] - offset) / scale + whole - whole;
        levels[i] = level > STEPS ? STEPS : level;
      }
    }
  }
  return bytes;
}

function decode(bytes: Uint8Array, { shape: [, , , maps] }: Layout): Float32Array {
  const table = readLevels(bytes, maps);
  const values = new Float32Array(bytes.length - levelBytes * maps);
  for (let i = 0, at = levelBytes * maps; i < values.length; i += maps) {
    for (let k = 0; k < maps; k++, at++) {
      values[i + k] = table[2 * k + 1] + table[2 * k] * bytes[at];
    }
  }
  requireFinite(values);
  return values;
}

/** One byte a value, with a scale and an offset for each map: `value = offset + scale · byte`. */
export const int8 = {
  name: 'int8',
  words: { label: 'int8, a quarter', hint: 'Off by 1/510 of a map’s range at most' },
  params: z.strictObject({}),
  largest: maxRange / 2,
  size: (shape) => ({ exact: levelBytes * shape[3] + valuesIn(shape) }),
  open: () => ({ encode, decode }),
  /** Half a level, and the rounding of the result and of the scale to float32. */
  errorBound: (_value, { map: { min, max } }) =>
    (max - min) * (0.5 / STEPS + 2 ** -20) + Math.max(-min, max) * 2 ** -23 + 2 ** -140,
} as const satisfies Codec;
