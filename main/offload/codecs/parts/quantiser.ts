import { random } from '../../../random.ts';
import { refuseNonFinite, type TensorShape } from '../codec.ts';
import { firstNonFinite } from '../float32.ts';
import { levelsOf } from './map-levels.ts';

/** What is drawn at random is drawn for so many rows of a map, then for those of the next. */
const drawn = 256;
/** Rows that are written together: map after map they stay in the nearest cache. */
const tile = 32;

/** Levels are found in units of 2⁻²⁰ of their distance, to which a whole number below 2²⁰ is added that is cut off again. */
const fraction = 20;
const half = 2 ** (fraction - 1);

/** A tensor as numbers of levels: those of a map after those of another, row by row. */
export interface Quantised {
  /** Of each map the distance of two levels and the lowest of them (`levelsOf`). */
  readonly table: Float32Array;
  readonly levels: Uint8Array;
}

/** A map has a value in each row. */
export interface Extents {
  readonly maps: number;
  readonly rows: number;
}

export function extentsOf([samples, height, width, maps]: TensorShape): Extents {
  return { maps, rows: samples * height * width };
}

/** The state of the generator that rounds a tensor stochastically. */
export function roundingOf(seed: number, tensor: number): number {
  return 1 + random(seed, 'rounding', tensor).integer(2 ** 32 - 1);
}

/**
 * The levels of values, 2 ** bits of them a map. Rounds stochastically where `state` is the one of a generator (Marsaglia's
 * xorshift, 2003), and to the nearest where it is 0.
 */
export function quantise(
  values: Float32Array,
  { maps, rows }: Extents,
  { bits, state, format }: { readonly bits: number; readonly state: number; readonly format: string },
): Quantised {
  const steps = 2 ** bits - 1;
  const table = levelsOf(values, maps, steps, format);
  const levels = new Uint8Array(rows * maps);
  const shift = state === 0 ? half : 0;
  let x = state | 0;
  for (let from = 0; from < rows; from += drawn) {
    const end = Math.min(rows, from + drawn);
    for (let k = 0; k < maps; k++) {
      const [scale, offset] = [table[2 * k], table[2 * k + 1]];
      const perLevel = scale === 0 ? 0 : 2 ** fraction / scale;
      for (let r = k * rows + from, i = from * maps + k; r < k * rows + end; r++, i += maps) {
        x ^= x << 13;
        x ^= x >>> 17;
        x ^= x << 5;
        const level = ((values[i] - offset) * perLevel + (x >>> (32 - fraction)) + shift) >> fraction;
        levels[r] = level > steps ? steps : level;
      }
    }
  }
  return { table, levels };
}

/** The values of levels. Throws `codec-non-finite` where a table makes one infinite. */
export function dequantise({ table, levels }: Quantised, { maps, rows }: Extents, bits: number): Float32Array {
  const values = new Float32Array(rows * maps);
  const number = 2 ** bits;
  // The bits of all there can be: a value is looked up and copied, which is faster than it is computed.
  const known = new Float32Array(number * maps);
  for (let k = 0; k < maps; k++) {
    for (let level = 0; level < number; level++) known[k * number + level] = table[2 * k + 1] + table[2 * k] * level;
  }
  const from = new Int32Array(known.buffer);
  const to = new Int32Array(values.buffer);
  for (let first = 0; first < rows; first += tile) {
    const end = Math.min(rows, first + tile);
    for (let k = 0; k < maps; k++) {
      const lowest = k * number;
      for (let r = k * rows + first, i = first * maps + k; r < k * rows + end; r++, i += maps) {
        to[i] = from[lowest + levels[r]];
      }
    }
  }
  // A level that does not come may well be infinite.
  const bad = firstNonFinite(known) < 0 ? -1 : firstNonFinite(values);
  if (bad >= 0) refuseNonFinite(values, bad);
  return values;
}

/** A level, or half of one, and the rounding of the result and of the scale to float32. */
export function quantisedError({ min, max }: { min: number; max: number }, bits: number, nearest: boolean): number {
  return (max - min) * ((nearest ? 0.5 : 1) / (2 ** bits - 1) + 2 ** -19) + Math.max(-min, max) * 2 ** -23 + 2 ** -140;
}
