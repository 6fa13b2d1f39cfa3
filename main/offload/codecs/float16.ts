import { z } from 'zod';
import { refuseOverflow, valuesIn, type Codec } from './codec.ts';
import { requireFinite } from './float32.ts';
import { bytesAt, floatsAt, placesFor, run } from './parts/kernels.ts';

/** Bits of 65520, the smallest float32 that rounds to infinity, and of infinity. */
const OVERFLOW = 0x477ff000;
const INFINITY = 0x7f800000;

/** The bytes of values times a power of two as binary16. Throws `codec-non-finite` and `codec-overflow`. */
export function encodeHalves(values: Float32Array, factor = 1): Uint8Array {
  const count = values.length;
  const at = placesFor({ values: 4 * count, halves: 2 * count });
  // The kernel looks at four at a time.
  const floats = floatsAt(at.values, count + 3);
  floats.set(values);
  floats.fill(0, count);
  // As numbers without a sign.
  const largest = run('narrow', { values: at.values, count, factor, out: at.halves }) >>> 0;
  if (largest >= OVERFLOW) refuse(values.map((value) => value * factor));
  return bytesAt(at.halves, 2 * count).slice();
}

function refuse(values: Float32Array): never {
  requireFinite(values);
  const over = values.findIndex((value) => Math.abs(value) >= 65520);
  return refuseOverflow(values[over], over, 'float16', '±65504');
}

/** The values of binary16 bytes times a factor. Throws `codec-non-finite`. */
export function decodeHalves(bytes: Uint8Array, factor = 1): Float32Array {
  const count = bytes.length / 2;
  const at = placesFor({ halves: bytes.length, values: 4 * count });
  const given = bytesAt(at.halves, bytes.length + 6);
  given.set(bytes);
  given.fill(0, bytes.length);
  const largest = run('widen', { halves: at.halves, count, factor, out: at.values }) >>> 0;
  const result = floatsAt(at.values, count).slice();
  if (largest >= INFINITY) requireFinite(result);
  return result;
}

/** IEEE 754 binary16, two bytes a value, rounded to nearest even: what the authors' code sends. */
export const float16 = {
  name: 'float16',
  words: { label: 'float16, half the bytes', hint: 'Off by 1/2048 of a value at most, up to ±65504' },
  params: z.strictObject({}),
  largest: 65504,
  size: (shape) => ({ exact: 2 * valuesIn(shape) }),
  open: () => ({ encode: (values) => encodeHalves(values), decode: (bytes) => decodeHalves(bytes) }),
  errorBound: (value) => Math.max(Math.abs(value) * 2 ** -11, 2 ** -25),
  offeredBy: ['plans', 'answers'],
} as const satisfies Codec;
