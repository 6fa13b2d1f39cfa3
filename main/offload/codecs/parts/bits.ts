import { bytesAt, placesFor, run, wordsAt } from './kernels.ts';
import type { Extents } from './planes.ts';

/** Bytes that so many numbers of so many bits take. */
export function packedBytes(numbers: number, bits: number): number {
  return Math.ceil((numbers * bits) / 8);
}

/** The lowest `bits` (at most 24) of each number one after another, the lowest bit first. */
export function packBits(numbers: Uint32Array, bits: number): Uint8Array {
  const length = packedBytes(numbers.length, bits);
  const at = placesFor({ numbers: numbers.byteLength, packed: length });
  wordsAt(at.numbers, numbers.length).set(numbers);
  run('packWords', { numbers: at.numbers, count: numbers.length, bits, out: at.packed });
  return bytesAt(at.packed, length).slice();
}

/** Reads so many numbers of what `packBits` wrote. */
export function unpackBits(bytes: Uint8Array, count: number, bits: number): Uint32Array {
  const at = placesFor({ bytes: bytes.length, numbers: 4 * count });
  bytesAt(at.bytes, bytes.length).set(bytes);
  run('unpackWords', { bytes: at.bytes, count, bits, out: at.numbers });
  return wordsAt(at.numbers, count).slice();
}

/** The same for numbers of a byte each, at most 8 bits of them: those of a map after those of another, each filled to a byte. */
export function packSmall(numbers: Uint8Array, { maps, rows }: Extents, bits: number): Uint8Array {
  const ofMap = packedBytes(rows, bits);
  const at = placesFor({ numbers: numbers.length, packed: maps * ofMap });
  bytesAt(at.numbers, numbers.length).set(numbers);
  for (let k = 0; k < maps; k++) {
    run('pack', { numbers: at.numbers + k * rows, count: rows, bits, out: at.packed + k * ofMap });
  }
  return bytesAt(at.packed, maps * ofMap).slice();
}

/** Reads what `packSmall` wrote. */
export function unpackSmall(bytes: Uint8Array, { maps, rows }: Extents, bits: number): Uint8Array {
  const ofMap = packedBytes(rows, bits);
  const at = placesFor({ bytes: bytes.length, numbers: maps * rows });
  bytesAt(at.bytes, bytes.length).set(bytes);
  for (let k = 0; k < maps; k++) {
    run('unpack', { bytes: at.bytes + k * ofMap, count: rows, bits, out: at.numbers + k * rows });
  }
  return bytesAt(at.numbers, maps * rows).slice();
}
