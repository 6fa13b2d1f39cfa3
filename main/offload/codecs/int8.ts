import { z } from 'zod';
import { valuesIn, type Codec, type Layout } from './codec.ts';
import { bytesAt, placesFor, run } from './parts/kernels.ts';
import { levelBytes, levelsOf, maxRange, readLevels } from './parts/map-levels.ts';
import { extentsOf, layOut, planeBytes } from './parts/planes.ts';
import { dequantise } from './parts/quantiser.ts';

const BITS = 8;
const STEPS = 2 ** BITS - 1;

function encode(values: Float32Array, { shape }: Layout): Uint8Array {
  const extents = extentsOf(shape);
  const { maps, rows } = extents;
  const count = values.length;
  const at = placesFor({
    values: 4 * count,
    planes: 4 * count,
    ranges: maps * levelBytes,
    levels: count,
    bytes: count,
  });
  layOut(values, extents, at);
  const table = levelsOf(values, extents, at, { steps: STEPS, format: 'int8' });
  for (let k = 0; k < maps; k++) {
    const scale = table[2 * k] === 0 ? Infinity : table[2 * k];
    run('nearestLevels', {
      plane: at.planes + k * planeBytes(extents),
      rows,
      offset: table[2 * k + 1],
      scale,
      steps: STEPS,
      out: at.levels + k * rows,
    });
  }
  run('bytesFromPlanes', { planes: at.levels, bytes: at.bytes, rows, maps });
  const bytes = new Uint8Array(levelBytes * maps + count);
  bytes.set(new Uint8Array(table.buffer));
  bytes.set(bytesAt(at.bytes, count), levelBytes * maps);
  return bytes;
}

function decode(bytes: Uint8Array, { shape }: Layout): Float32Array {
  const extents = extentsOf(shape);
  const { maps, rows } = extents;
  const count = maps * rows;
  const at = placesFor({ bytes: count, levels: count });
  bytesAt(at.bytes, count).set(bytes.subarray(levelBytes * maps));
  run('bytesToPlanes', { bytes: at.bytes, planes: at.levels, rows, maps });
  const levels = bytesAt(at.levels, count).slice();
  return dequantise({ table: readLevels(bytes, maps), levels }, extents, BITS);
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
  offeredBy: ['plans', 'answers'],
} as const satisfies Codec;
