import { requireFinite } from './float32.ts';
import { z } from 'zod';
import { malformed } from '../protocol/header.ts';
import { packedBytes, unpackSmall } from './parts/bits.ts';
import { viewAs, type Codec, type Layout, type OpenCodec } from './codec.ts';
import { bytesAt, floatsAt, placesFor, run } from './parts/kernels.ts';
import { extentsOf, layOut, planeBytes } from './parts/planes.ts';
import { dequantise } from './parts/quantiser.ts';
import { residuals, type Residuals } from './parts/residuals.ts';
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

/** Writes the maps one after another, each with what it lost before where that is kept. */
function encode(values: Float32Array, { shape, kept }: Layout, lost: Residuals | null): Uint8Array {
  requireWithin(values, largest, 'sign');
  const extents = extentsOf(shape);
  const { maps, rows } = extents;
  const ofMap = packedBytes(rows, 1);
  const scales = new Float32Array(maps);
  const at = placesFor({
    values: values.byteLength,
    planes: values.byteLength,
    loss: planeBytes(extents),
    packed: maps * ofMap,
  });
  layOut(values, extents, at);
  for (let k = 0; k < maps; k++) {
    const plane = at.planes + k * planeBytes(extents);
    const map = kept?.[k] ?? k;
    const before = lost?.before(map).subarray(0, rows);
    if (before) {
      floatsAt(at.loss, before.length).set(before);
      run('add', { plane, rows: before.length, from: at.loss });
    }
    scales[k] = run('sumOfMagnitudes', { plane, rows }) / rows;
    run('signs', { plane, rows, out: at.packed + k * ofMap });
    if (!lost) continue;
    run('residue', { plane, rows, scale: scales[k], out: at.loss });
    lost.keep(map, floatsAt(at.loss, rows));
  }
  const bytes = new Uint8Array(maps * (scaleBytes + ofMap));
  bytes.set(new Uint8Array(scales.buffer));
  bytes.set(bytesAt(at.packed, maps * ofMap), scaleBytes * maps);
  return bytes;
}

function decode(bytes: Uint8Array, { shape }: Layout): Float32Array {
  const extents = extentsOf(shape);
  const scales = viewAs(Float32Array, bytes.subarray(0, scaleBytes * extents.maps));
  requireFinite(scales);
  const negative = scales.findIndex((scale) => scale < 0);
  if (negative >= 0) throw malformed(`The scale of map ${negative} is ${scales[negative]}, expected 0 or more.`);
  // Two levels: the scale, and what is below 0.
  const table = Float32Array.from({ length: 2 * extents.maps }, (_, i) => (i % 2 === 0 ? -2 : 1) * scales[i >> 1]);
  return dequantise({ table, levels: unpackSmall(bytes.subarray(scaleBytes * extents.maps), extents, 1) }, extents, 1);
}

function open({ memory }: z.output<typeof params>, _seed: number, once = false): OpenCodec {
  if (!memory || once) return { encode: (values, layout) => encode(values, layout, null), decode };
  const lost = residuals('sign');
  return {
    encode: (values, layout) => encode(values, layout, lost),
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
