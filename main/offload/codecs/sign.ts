import { z } from 'zod';
import { malformed } from '../protocol/header.ts';
import { packBits, packedBytes, unpackBits } from './bits.ts';
import { refuseNonFinite, refuseOverflow, viewAs, type Codec, type Layout, type OpenCodec } from './codec.ts';
import { firstNonFinite } from './float32.ts';
import { residuals } from './residuals.ts';

/** Sums of what was lost stay finite. */
const largest = 2 ** 100;
const scaleBytes = 4;

const params = z.strictObject({
  memory: z
    .boolean()
    .default(true)
    .describe('Adds what a map lost to what is sent of it next, where the same rows come again: error feedback'),
});

function rowsOf({ shape: [samples, height, width] }: Layout): number {
  return samples * height * width;
}

/** The mean magnitude of each map. */
function scalesOf(values: Float32Array, maps: number): Float32Array {
  const sums = new Float64Array(maps);
  for (let i = 0; i < values.length; i += maps) {
    for (let k = 0; k < maps; k++) sums[k] += Math.abs(values[i + k]);
  }
  return Float32Array.from(sums, (sum) => sum / (values.length / maps));
}

function encode(values: Float32Array, layout: Layout): Uint8Array {
  const maps = layout.shape[3];
  const rows = rowsOf(layout);
  const ofMap = packedBytes(rows, 1);
  const bytes = new Uint8Array(maps * (scaleBytes + ofMap));
  bytes.set(new Uint8Array(scalesOf(values, maps).buffer));
  const signs = new Uint32Array(rows);
  for (let k = 0; k < maps; k++) {
    for (let r = 0, i = k; r < rows; r++, i += maps) signs[r] = values[i] < 0 ? 1 : 0;
    packBits(signs, rows, 1, bytes, scaleBytes * maps + k * ofMap);
  }
  return bytes;
}

function decode(bytes: Uint8Array, layout: Layout): Float32Array {
  const maps = layout.shape[3];
  const rows = rowsOf(layout);
  const scales = viewAs(Float32Array, bytes.subarray(0, scaleBytes * maps));
  const bad = firstNonFinite(scales);
  if (bad >= 0) refuseNonFinite(scales, bad);
  const negative = scales.findIndex((scale) => scale < 0);
  if (negative >= 0) throw malformed(`The scale of map ${negative} is ${scales[negative]}, expected 0 or more.`);
  const ofMap = packedBytes(rows, 1);
  const values = new Float32Array(rows * maps);
  const signs = new Uint32Array(rows);
  for (let k = 0; k < maps; k++) {
    unpackBits(bytes, scaleBytes * maps + k * ofMap, 1, signs, rows);
    for (let r = 0, i = k; r < rows; r++, i += maps) values[i] = signs[r] === 1 ? -scales[k] : scales[k];
  }
  return values;
}

function requireSmall(values: Float32Array): void {
  const bad = firstNonFinite(values);
  if (bad >= 0) refuseNonFinite(values, bad);
  const over = values.findIndex((value) => Math.abs(value) > largest);
  if (over >= 0) refuseOverflow(values[over], over, 'sign', '±1.27e30');
}

function open({ memory }: z.output<typeof params>, _seed: number, once = false): OpenCodec {
  const memoryless = (values: Float32Array, layout: Layout): Uint8Array => {
    requireSmall(values);
    return encode(values, layout);
  };
  if (!memory || once) return { encode: memoryless, decode };
  const lost = residuals('sign');
  return {
    encode(values, layout) {
      requireSmall(values);
      const wanted = lost.added(values, layout);
      const bytes = encode(wanted, layout);
      lost.keep(wanted, decode(bytes, layout), layout);
      return bytes;
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
