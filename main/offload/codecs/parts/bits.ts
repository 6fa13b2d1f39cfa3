import { bytesAt, kernels, placesFor, wordsAt } from './kernels.ts';
import type { Extents } from './planes.ts';

/** Bytes that so many numbers of so many bits take. */
export function packedBytes(numbers: number, bits: number): number {
  return Math.ceil((numbers * bits) / 8);
}

/** The lowest `bits` (at most 24) of each number one after another, the lowest bit first. */
export function packBits(numbers: Uint32Array, bits: number): Uint8Array {
  const length = packedBytes(numbers.length, bits);
  const [given, packed] = placesFor(numbers.byteLength, length);
  wordsAt(given, numbers.length).set(numbers);
  kernels().packWords(given, numbers.length, bits, packed);
  return bytesAt(packed, length).slice();
}

/** Reads so many numbers of what `packBits` wrote. */
export function unpackBits(bytes: Uint8Array, count: number, bits: number): Uint32Array {
  const [given, numbers] = placesFor(bytes.length, 4 * count);
  bytesAt(given, bytes.length).set(bytes);
  kernels().unpackWords(given, count, bits, numbers);
  return wordsAt(numbers, count).slice();
}

/** The same for numbers of a byte each, at most 8 bits of them: those of a map after those of another, each filled to a byte. */
export function packSmall(numbers: Uint8Array, { maps, rows }: Extents, bits: number): Uint8Array {
  const ofMap = packedBytes(rows, bits);
  const [given, packed] = placesFor(numbers.length, maps * ofMap);
  bytesAt(given, numbers.length).set(numbers);
  for (let k = 0; k < maps; k++) kernels().pack(given + k * rows, rows, bits, packed + k * ofMap);
  return bytesAt(packed, maps * ofMap).slice();
}

/** Reads what `packSmall` wrote. */
export function unpackSmall(bytes: Uint8Array, { maps, rows }: Extents, bits: number): Uint8Array {
  const ofMap = packedBytes(rows, bits);
  const [given, numbers] = placesFor(bytes.length, maps * rows);
  bytesAt(given, bytes.length).set(bytes);
  for (let k = 0; k < maps; k++) kernels().unpack(given + k * ofMap, rows, bits, numbers + k * rows);
  return bytesAt(numbers, maps * rows).slice();
}
