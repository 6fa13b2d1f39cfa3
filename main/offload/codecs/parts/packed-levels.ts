import { packedBytes, packSmall, unpackSmall } from './bits.ts';
import { levelBytes, readLevels } from './map-levels.ts';
import type { Extents } from './planes.ts';
import type { Quantised } from './quantiser.ts';

/** Bytes of levels as `packLevels` writes them. */
export function levelsBytes({ maps, rows }: Extents, bits: number): number {
  return maps * (levelBytes + packedBytes(rows, bits));
}

/** The levels' table, then the bits of one map after those of another, each filled to a byte. */
export function packLevels({ table, levels }: Quantised, extents: Extents, bits: number): Uint8Array {
  const bytes = new Uint8Array(levelsBytes(extents, bits));
  bytes.set(new Uint8Array(table.buffer));
  bytes.set(packSmall(levels, extents, bits), levelBytes * extents.maps);
  return bytes;
}

/** Throws `message-malformed` for a table that is none. */
export function unpackLevels(bytes: Uint8Array, extents: Extents, bits: number): Quantised {
  const table = readLevels(bytes, extents.maps);
  return { table, levels: unpackSmall(bytes.subarray(levelBytes * extents.maps), extents, bits) };
}
