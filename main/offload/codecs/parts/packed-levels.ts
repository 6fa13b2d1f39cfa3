import { packedBytes, packSmall, unpackSmall } from './bits.ts';
import { levelBytes, readLevels } from './map-levels.ts';
import type { Extents, Quantised } from './quantiser.ts';

/** Bytes of levels as `packLevels` writes them. */
export function levelsBytes({ maps, rows }: Extents, bits: number): number {
  return maps * (levelBytes + packedBytes(rows, bits));
}

/** The levels' table, then the bits of one map after those of another, each filled to a byte. */
export function packLevels({ table, levels }: Quantised, extents: Extents, bits: number): Uint8Array {
  const { maps, rows } = extents;
  const bytes = new Uint8Array(levelsBytes(extents, bits));
  bytes.set(new Uint8Array(table.buffer));
  const ofMap = packedBytes(rows, bits);
  for (let k = 0; k < maps; k++) {
    packSmall(levels.subarray(k * rows, (k + 1) * rows), bits, bytes, levelBytes * maps + k * ofMap);
  }
  return bytes;
}

/** Throws `message-malformed` for a table that is none. */
export function unpackLevels(bytes: Uint8Array, { maps, rows }: Extents, bits: number): Quantised {
  const table = readLevels(bytes, maps);
  const levels = new Uint8Array(maps * rows);
  const ofMap = packedBytes(rows, bits);
  for (let k = 0; k < maps; k++) {
    unpackSmall(bytes, levelBytes * maps + k * ofMap, bits, levels.subarray(k * rows, (k + 1) * rows));
  }
  return { table, levels };
}
