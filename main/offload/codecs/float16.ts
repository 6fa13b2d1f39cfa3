import { z } from 'zod';
import { refuseNonFinite, refuseOverflow, valuesIn, viewAs, type Codec } from './codec.ts';

/** Bits of 65520, the smallest float32 that rounds to infinity. */
const OVERFLOW = 0x477ff000;

/*
 * A float16 is `base + round(mantissa >> shift)`, each looked up by the float32's sign and exponent:
 * below 2^-14 the leading one becomes explicit and moves right (subnormals), down to nothing.
 */
const base = new Uint16Array(512);
const leadingOne = new Uint32Array(512);
const shift = new Uint8Array(512);
for (let i = 0; i < 512; i++) {
  const exponent = i & 0xff;
  const normal = exponent > 112;
  base[i] = ((i & 0x100) << 7) | (normal ? (exponent - 112) << 10 : 0);
  leadingOne[i] = normal ? 0 : 0x800000;
  shift[i] = normal ? 13 : Math.min(31, 126 - exponent);
}

const floats = new Float32Array(0x10000);
for (let half = 0; half < 0x10000; half++) {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  floats[half] = sign * (exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15));
}

/** Rounds to nearest, ties to even. Returns the index of the first value that does not fit, or -1. */
function narrow(values: Float32Array, into: Uint16Array): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) {
    const u = bits[i];
    if ((u & 0x7fffffff) >= OVERFLOW) return i;
    const key = u >>> 23;
    const s = shift[key];
    const mantissa = (u & 0x7fffff) | leadingOne[key];
    into[i] = base[key] + ((mantissa + (1 << (s - 1)) - 1 + ((mantissa >>> s) & 1)) >>> s);
  }
  return -1;
}

/** Returns the index of the first infinity or NaN, or -1. */
function widen(halves: Uint16Array, into: Float32Array): number {
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i];
    if ((half & 0x7c00) === 0x7c00) return i;
    into[i] = floats[half];
  }
  return -1;
}

/** The bytes of values as binary16. Throws `codec-non-finite` and `codec-overflow`. */
export function encodeHalves(values: Float32Array): Uint8Array {
  const halves = new Uint16Array(values.length);
  const bad = narrow(values, halves);
  if (bad >= 0) {
    if (!Number.isFinite(values[bad])) refuseNonFinite(values, bad);
    refuseOverflow(values[bad], bad, 'float16', '±65504');
  }
  return new Uint8Array(halves.buffer);
}

/** The values of binary16 bytes. Throws `codec-non-finite`. */
export function decodeHalves(bytes: Uint8Array): Float32Array {
  const halves = viewAs(Uint16Array, bytes);
  const values = new Float32Array(halves.length);
  const bad = widen(halves, values);
  if (bad >= 0) {
    values[bad] = halves[bad] & 0x3ff ? NaN : Infinity;
    refuseNonFinite(values, bad);
  }
  return values;
}

/** IEEE 754 binary16, two bytes a value, rounded to nearest even: what the authors' code sends. */
export const float16 = {
  name: 'float16',
  words: { label: 'float16, half the bytes', hint: 'Off by 1/2048 of a value at most, up to ±65504' },
  params: z.strictObject({}),
  largest: 65504,
  size: (shape) => ({ exact: 2 * valuesIn(shape) }),
  open: () => ({ encode: encodeHalves, decode: decodeHalves }),
  errorBound: (value) => Math.max(Math.abs(value) * 2 ** -11, 2 ** -25),
} as const satisfies Codec;
