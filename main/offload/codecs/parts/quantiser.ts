import { random } from '../../../random.ts';
import { requireFinite } from '../float32.ts';
import { bytesAt, floatsAt, placesFor, run, wordsAt } from './kernels.ts';
import { levelBytes, levelsOf } from './map-levels.ts';
import { layOut, planeBytes, type Extents } from './planes.ts';

/** Levels are found in units of 2⁻²⁰ of their distance, to which a whole number below 2²⁰ is added that is cut off again. */
const fraction = 20;
const half = 2 ** (fraction - 1);

/** A tensor as numbers of levels: those of a map after those of another, row by row. */
export interface Quantised {
  /** Of each map the distance of two levels and the lowest of them (`levelsOf`). */
  readonly table: Float32Array;
  readonly levels: Uint8Array;
}

/** States of the four generators that round a tensor stochastically, none of them 0. */
export function roundingOf(seed: number, tensor: number): Uint32Array {
  const source = random(seed, 'rounding', tensor);
  return Uint32Array.from({ length: 4 }, () => 1 + source.integer(2 ** 32 - 1));
}

/**
 * The levels of values, 2 ** bits of them a map. Rounds stochastically where there are generators, four rows at a time with one
 * number of each (Marsaglia's xorshift, 2003), and to the nearest where `rounding` is null.
 */
export function quantise(
  values: Float32Array,
  extents: Extents,
  { bits, rounding, format }: { readonly bits: number; readonly rounding: Uint32Array | null; readonly format: string },
): Quantised {
  const { maps, rows } = extents;
  const steps = 2 ** bits - 1;
  const at = placesFor({
    values: values.byteLength,
    planes: values.byteLength,
    ranges: maps * levelBytes,
    states: 16,
    levels: values.length,
  });
  layOut(values, extents, at);
  const table = levelsOf(values, extents, at, { steps, format });
  wordsAt(at.states, 4).set(rounding ?? [0, 0, 0, 0]);
  const shift = rounding ? 0 : half;
  for (let k = 0; k < maps; k++) {
    const [scale, offset] = [table[2 * k], table[2 * k + 1]];
    const perLevel = scale === 0 ? 0 : 2 ** fraction / scale;
    run('levels', {
      plane: at.planes + k * planeBytes(extents),
      rows,
      offset,
      perLevel,
      steps,
      shift,
      state: at.states,
      out: at.levels + k * rows,
    });
  }
  return { table, levels: bytesAt(at.levels, values.length).slice() };
}

/** The values of levels below 2 ** bits. Throws `codec-non-finite` where a table makes one infinite. */
export function dequantise({ table, levels }: Quantised, extents: Extents, bits: number): Float32Array {
  const { maps, rows } = extents;
  const at = placesFor({ levels: levels.length, planes: 4 * levels.length, values: 4 * levels.length });
  bytesAt(at.levels, levels.length).set(levels);
  for (let k = 0; k < maps; k++) {
    run('valuesOf', {
      levels: at.levels + k * rows,
      rows,
      offset: table[2 * k + 1],
      scale: table[2 * k],
      out: at.planes + k * planeBytes(extents),
    });
  }
  run('fromPlanes', { planes: at.planes, values: at.values, rows, maps });
  const result = floatsAt(at.values, levels.length).slice();
  if (!isFinite(table, 2 ** bits - 1)) requireFinite(result);
  return result;
}

/** Whether all levels are, those that do not come as well. */
function isFinite(table: Float32Array, steps: number): boolean {
  for (let i = 0; i < table.length; i += 2) {
    if (!Number.isFinite(Math.fround(table[i + 1] + table[i] * steps))) return false;
  }
  return true;
}

/** A level, or half of one, and the rounding of the result and of the scale to float32. */
export function quantisedError({ min, max }: { min: number; max: number }, bits: number, nearest: boolean): number {
  return (max - min) * ((nearest ? 0.5 : 1) / (2 ** bits - 1) + 2 ** -19) + Math.max(-min, max) * 2 ** -23 + 2 ** -140;
}
