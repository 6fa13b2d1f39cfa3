import { refuseNonFinite, type Codec } from './codec.ts';

const INFINITY = 0x7f800000;

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

/** Index of the first NaN or infinity, -1 when all values are finite. */
export function firstNonFinite(values: Float32Array): number {
  const bits = bitsOf(values);
  for (let i = 0; i < bits.length; i++) {
    if ((bits[i] & INFINITY) === INFINITY) return i;
  }
  return -1;
}

/** The bits of the largest magnitude; float32 magnitudes order as their bits do. */
export function magnitudeBits(values: Float32Array): number {
  let largest = 0;
  const bits = bitsOf(values);
  for (let i = 0; i < bits.length; i++) largest = Math.max(largest, bits[i] & 0x7fffffff);
  return largest;
}

/** IEEE 754 binary32, four bytes a value, exact. */
export const float32 = {
  name: 'float32',
  id: 0,
  bytes: (count) => 4 * count,
  encode(values) {
    const bad = firstNonFinite(values);
    if (bad >= 0) refuseNonFinite(values, bad);
    return new Uint8Array(values.slice().buffer);
  },
  decode(bytes, _maps, count) {
    const values = new Float32Array(count);
    new Uint8Array(values.buffer).set(bytes);
    const bad = firstNonFinite(values);
    if (bad >= 0) refuseNonFinite(values, bad);
    return values;
  },
  errorBound: () => 0,
} as const satisfies Codec;
