import { z } from 'zod';
import { malformed } from '../protocol/header.ts';
import { refuseOverflow, valuesIn, type Codec } from './codec.ts';
import { decodeHalves, encodeHalves } from './float16.ts';
import { magnitudeBits, requireFinite } from './float32.ts';

/** The largest magnitude is brought into [2^14, 2^15), as far from float16's subnormals as it goes. */
const TOP = 14;
/** Keeps the scale and its inverse normal float32 numbers. */
const MAX_SHIFT = 126;
/** Bits of 65504 · 2^112, the largest float16 at the largest scale; beyond it rounding could give infinity. */
const LARGEST = 0x7f7fe000;

function refuse(values: Float32Array): never {
  requireFinite(values);
  const over = values.findIndex((value) => magnitudeBits(Float32Array.of(value)) > LARGEST);
  refuseOverflow(values[over], over, 'float16-scaled', '±3.4018e38');
}

function encode(values: Float32Array): Uint8Array {
  const magnitude = magnitudeBits(values);
  if (magnitude > LARGEST) refuse(values);
  const shift = Math.min(MAX_SHIFT, TOP + 127 - (magnitude >>> 23));
  const halves = encodeHalves(values, 2 ** shift);
  const bytes = new Uint8Array(4 + halves.length);
  new DataView(bytes.buffer).setFloat32(0, 2 ** -shift, true);
  bytes.set(halves, 4);
  return bytes;
}

function decode(bytes: Uint8Array): Float32Array {
  const scale = new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true);
  if (!Number.isFinite(scale) || scale <= 0) {
    throw malformed(`The scale of a float16-scaled tensor is ${scale}, expected a positive number.`);
  }
  return decodeHalves(bytes.subarray(4), scale);
}

/**
 * float16 behind one power of two for the whole tensor, four bytes more. Gradients are often smaller
 * than float16's smallest normal number (6e-5); the shared exponent keeps their eleven bits.
 */
export const scaledFloat16 = {
  name: 'float16-scaled',
  words: {
    label: 'float16 with one scale',
    hint: 'Off by 1/2048 of a value at most, and small gradients do not vanish',
  },
  params: z.strictObject({}),
  largest: 65504 * 2 ** 112,
  size: (shape) => ({ exact: 4 + 2 * valuesIn(shape) }),
  open: () => ({ encode, decode }),
  errorBound: (value, { tensor: { min, max } }) =>
    Math.max(Math.abs(value) * 2 ** -11, Math.max(-min, max) * 2 ** -(25 + TOP), 2 ** -149),
} as const satisfies Codec;
