import { requireFinite } from './float32.ts';
import { z } from 'zod';
import { malformed } from '../protocol/header.ts';
import { packedBytes, packSmall, unpackSmall } from './parts/bits.ts';
import { viewAs, type Codec, type Layout, type OpenCodec, type TensorShape } from './codec.ts';
import { interleaved, planar } from './parts/planar.ts';
import { residuals } from './parts/residuals.ts';
import { requireWithin } from './parts/within.ts';

/** Sums of what was lost stay finite. */
const largest = 2 ** 100;
const scaleBytes = 4;

const params = z.strictObject({
  memory: z
    .boolean()
    .default(true)
    .describe('Adds what a map lost to what is sent of it next, where the same rows come again: error feedback'),
});

function rowsOf([samples, height, width]: TensorShape): number {
  return samples * height * width;
}

/** The mean magnitude of each map. */
function scalesOf(values: Float32Array, maps: number): Float32Array {
  const rows = values.length / maps;
  return Float32Array.from({ length: maps }, (_, k) => {
    let sum = 0;
    for (let i = k * rows; i < (k + 1) * rows; i++) sum += Math.abs(values[i]);
    return sum / rows;
  });
}

/** 1 for what is below 0, from the bits of a value: −0 is not. */
function isNegative(bits: number): number {
  return (bits & ((bits & 0x7fffffff) + 0x7fffffff)) >>> 31;
}

/** Writes values that are map after map. */
function encode(values: Float32Array, scales: Float32Array): Uint8Array {
  const maps = scales.length;
  const rows = values.length / maps;
  const ofMap = packedBytes(rows, 1);
  const bytes = new Uint8Array(maps * (scaleBytes + ofMap));
  bytes.set(new Uint8Array(scales.buffer));
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  const signs = new Uint8Array(rows);
  for (let k = 0; k < maps; k++) {
    for (let r = 0, i = k * rows; r < rows; r++, i++) signs[r] = isNegative(bits[i]);
    packSmall(signs, 1, bytes, scaleBytes * maps + k * ofMap);
  }
  return bytes;
}

function decode(bytes: Uint8Array, { shape }: Layout): Float32Array {
  const maps = shape[3];
  const rows = rowsOf(shape);
  const scales = viewAs(Float32Array, bytes.subarray(0, scaleBytes * maps));
  requireFinite(scales);
  const negative = scales.findIndex((scale) => scale < 0);
  if (negative >= 0) throw malformed(`The scale of map ${negative} is ${scales[negative]}, expected 0 or more.`);
  const ofMap = packedBytes(rows, 1);
  const values = new Float32Array(rows * maps);
  const signs = new Uint8Array(rows);
  for (let k = 0; k < maps; k++) {
    unpackSmall(bytes, scaleBytes * maps + k * ofMap, 1, signs);
    const either = [scales[k], -scales[k]];
    for (let r = 0, i = k * rows; r < rows; r++, i++) values[i] = either[signs[r]];
  }
  return interleaved(values, maps);
}

function open({ memory }: z.output<typeof params>, _seed: number, once = false): OpenCodec {
  const read = (values: Float32Array, { shape }: Layout): Float32Array => {
    requireWithin(values, largest, 'sign');
    return planar(values, shape[3]);
  };
  if (!memory || once) {
    const memoryless = (values: Float32Array, layout: Layout): Uint8Array => {
      const wanted = read(values, layout);
      return encode(wanted, scalesOf(wanted, layout.shape[3]));
    };
    return { encode: memoryless, decode };
  }
  const lost = residuals('sign');
  return {
    encode(values, layout) {
      const wanted = read(values, layout);
      lost.add(wanted, layout);
      const scales = scalesOf(wanted, layout.shape[3]);
      const rows = rowsOf(layout.shape);
      const bits = new Int32Array(wanted.buffer);
      lost.keep(layout, (k, into) => {
        const either = [scales[k], -scales[k]];
        for (let r = 0, i = k * rows; r < rows; r++, i++) into[r] = wanted[i] - either[isNegative(bits[i])];
      });
      return encode(wanted, scales);
    },
    decode,
    state: () => lost.state(),
    restore: (state) => lost.restore(state),
  };
}

/**
 * One bit a value and the mean magnitude of each map, with the memory that makes it converge: 1-bit SGD (Seide et al.,
 * Interspeech 2014) with the scale and error feedback of Karimireddy et al. (ICML 2019).
 */
export const sign = {
  name: 'sign',
  words: {
    label: 'signs, one bit',
    hint: 'The mean magnitude of a map and the sign of each value; what is lost is sent later',
  },
  params,
  largest,
  // Its error feedback is its own.
  memories: ['delta'],
  size: ([samples, height, width, maps]) => ({ exact: maps * (scaleBytes + packedBytes(samples * height * width, 1)) }),
  open,
} as const satisfies Codec<'sign', typeof params>;
