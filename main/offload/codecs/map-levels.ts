import { malformed } from '../protocol/header.ts';
import { refuseOverflow, viewAs } from './codec.ts';

/** A wider range could round to infinity on the other side. */
export const maxRange = 2 ** 126;

/** Bytes of what `levelsOf` gives for each map. */
export const levelBytes = 8;

/** Per map of some values: the distance between two of `steps` + 1 levels evenly over its range, and the lowest of them. */
export function levelsOf(values: Float32Array, maps: number, steps: number, format: string): Float32Array {
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
