import { malformed } from '../../protocol/header.ts';
import { refuseOverflow, viewAs } from '../codec.ts';
import { requireFinite } from '../float32.ts';

/** A wider range could round to infinity on the other side. */
export const maxRange = 2 ** 126;

/** Bytes of what `levelsOf` gives for each map. */
export const levelBytes = 8;

/** Rows that are worked on together: map after map they are read from the nearest cache. */
const tile = 32;

/** Smallest and largest of each map. Throws `codec-non-finite`. */
function rangesOf(values: Float32Array, maps: number): { min: Float32Array; max: Float32Array } {
  const min = new Float32Array(maps).fill(Infinity);
  const max = new Float32Array(maps).fill(-Infinity);
  let unordered = false;
  for (let from = 0; from < values.length; from += tile * maps) {
    const end = Math.min(values.length, from + tile * maps);
    for (let k = 0; k < maps; k++) {
      let [low, high] = [min[k], max[k]];
      for (let i = from + k; i < end; i += maps) {
        const value = values[i];
        if (!(value >= low)) {
          if (value < low) low = value;
          else unordered = true;
        }
        if (value > high) high = value;
      }
      min[k] = low;
      max[k] = high;
    }
  }
  if (unordered || !min.every(Number.isFinite) || !max.every(Number.isFinite)) {
    requireFinite(values);
  }
  return { min, max };
}

/**
 * Per map of some values: the distance between two of `steps` + 1 levels evenly over its range, and the lowest of them. Throws
 * `codec-non-finite` and `codec-overflow`.
 */
export function levelsOf(values: Float32Array, maps: number, steps: number, format: string): Float32Array {
  const { min, max } = rangesOf(values, maps);
  const table = new Float32Array(2 * maps);
  for (let k = 0; k < maps; k++) {
    const range = max[k] - min[k];
    if (range > maxRange) refuseOverflow(max[k], values.indexOf(max[k]), format, 'a range of 8.5e37 in a map');
    table[2 * k] = range / steps;
    table[2 * k + 1] = min[k];
  }
  return table;
}

/** The levels at the start of some bytes. Throws `message-malformed` for a distance below 0. */
export function readLevels(bytes: Uint8Array, maps: number): Float32Array {
  const table = viewAs(Float32Array, bytes.subarray(0, levelBytes * maps));
  for (let k = 0; k < maps; k++) {
    if (table[2 * k] < 0) throw malformed(`The scale of map ${k} is ${table[2 * k]}, expected 0 or more.`);
  }
  return table;
}
