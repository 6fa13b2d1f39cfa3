import { malformed } from '../../protocol/header.ts';
import { refuseOverflow, viewAs } from '../codec.ts';
import { requireFinite } from '../float32.ts';
import { floatsAt, run } from './kernels.ts';
import { planeBytes, type Extents } from './planes.ts';

/** A wider range could round to infinity on the other side. */
export const maxRange = 2 ** 126;

/** Bytes of what `levelsOf` gives for each map. */
export const levelBytes = 8;

/**
 * Per map of a tensor whose planes lie in the kernels' memory, with room for `levelBytes` of each map at `ranges`: the distance
 * between two of `steps` + 1 levels evenly over its range, and the lowest of them. Throws `codec-non-finite` and `codec-overflow`.
 */
export function levelsOf(
  values: Float32Array,
  extents: Extents,
  at: { readonly planes: number; readonly ranges: number },
  { steps, format }: { readonly steps: number; readonly format: string },
): Float32Array {
  const { maps, rows } = extents;
  for (let k = 0; k < maps; k++) {
    run('range', { plane: at.planes + k * planeBytes(extents), rows, out: at.ranges + k * levelBytes });
  }
  const found = floatsAt(at.ranges, 2 * maps);
  if (!found.every(Number.isFinite)) requireFinite(values);
  const table = new Float32Array(2 * maps);
  for (let k = 0; k < maps; k++) {
    const [min, max] = [found[2 * k], found[2 * k + 1]];
    if (max - min > maxRange) refuseOverflow(max, values.indexOf(max), format, 'a range of 8.5e37 in a map');
    table[2 * k] = (max - min) / steps;
    table[2 * k + 1] = min;
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
