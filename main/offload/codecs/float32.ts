import { z } from 'zod';
import { refuseNonFinite, valuesIn, type Codec } from './codec.ts';
import { floatsAt, placesFor, run } from './parts/kernels.ts';

const INFINITY = 0x7f800000;

/** The bits of the largest magnitude; float32 magnitudes order as their bits do. */
export function magnitudeBits(values: Float32Array): number {
  const { plane } = placesFor({ plane: values.byteLength });
  floatsAt(plane, values.length).set(values);
  return run('largestMagnitude', { plane, rows: values.length });
}

/** Throws `codec-non-finite`. */
export function requireFinite(values: Float32Array): void {
  if (magnitudeBits(values) >= INFINITY)
    refuseNonFinite(
      values,
      values.findIndex((value) => !Number.isFinite(value)),
    );
}

/** The bytes of finite values, a view of their memory. */
export function encodeFloats(values: Float32Array): Uint8Array {
  requireFinite(values);
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** As many finite values as there are bytes for, in memory of their own. */
export function decodeFloats(bytes: Uint8Array): Float32Array {
  const values = new Float32Array(bytes.length / 4);
  new Uint8Array(values.buffer).set(bytes);
  requireFinite(values);
  return values;
}

/** IEEE 754 binary32, four bytes a value, exact. */
export const float32 = {
  name: 'float32',
  words: { label: 'float32, exact' },
  params: z.strictObject({}),
  largest: (2 - 2 ** -23) * 2 ** 127,
  size: (shape) => ({ exact: 4 * valuesIn(shape) }),
  open: () => ({ encode: encodeFloats, decode: decodeFloats }),
  // It loses nothing that would have to be fed back.
  memories: ['delta'],
  errorBound: () => 0,
  offeredBy: ['plans'],
} as const satisfies Codec;
