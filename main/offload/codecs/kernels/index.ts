/**
 * Inner loops of the codecs, AssemblyScript. Every address is a byte offset into their memory, which the caller lays out from
 * `base` on. A plane is what a tensor has of one map, row after row.
 */
export const base = __heap_base;
export { toPlanes, fromPlanes, bytesToPlanes, bytesFromPlanes } from './planes';
export { range, nearestLevels, levels, valuesOf } from './levels';
export { pack, unpack, packWords, unpackWords, signs } from './bits';
export { narrow, widen } from './halves';
export { add, sumOfMagnitudes, residue } from './residue';
export { largestMagnitude, markLargest, takeMarked } from './largest';
