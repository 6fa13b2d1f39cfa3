import { z } from 'zod';
import { random, type Random } from '../../random.ts';
import { malformed } from '../protocol/header.ts';
import { packedBytes } from './parts/bits.ts';
import { type Codec, type Layout, type OpenCodec, type TensorShape } from './codec.ts';
import { counted } from './parts/counted.ts';
import { decodeFloats, requireFinite } from './float32.ts';
import { layOut } from './parts/planes.ts';
import { bytesAt, floatsAt, histogramBytes, placesFor, run, wordsAt } from './parts/kernels.ts';

const params = z.strictObject({
  share: z
    .number()
    .min(0.0001)
    .max(1)
    .default(0.1)
    .describe('How many values of a map cross: those of the largest magnitude'),
  random: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('While it trains: the share of those that is drawn from the others instead'),
});
type Params = z.output<typeof params>;

/** How a map of this shape is written: so many of its rows, each as a place and a value. */
interface Kept {
  readonly rows: number;
  readonly count: number;
  readonly placeBits: number;
  readonly placeBytes: number;
}

function keptOf([samples, height, width]: TensorShape, { share }: Pick<Params, 'share'>): Kept {
  const rows = samples * height * width;
  const count = Math.max(1, Math.ceil(rows * share));
  const placeBits = Math.ceil(Math.log2(rows));
  return { rows, count, placeBits, placeBytes: packedBytes(count, placeBits) };
}

/**
 * Gives up marked rows for others, each with the probability `share`, as RandTopk does: values that are never the largest
 * would never be learned from.
 */
function exchange(marks: Uint8Array, count: number, share: number, source: Random): void {
  let free = marks.length - count;
  for (let i = 0, left = count; left > 0 && i < marks.length; i++) {
    if (marks[i] !== 1) continue;
    left--;
    if (free === 0 || source.uniform() >= share) continue;
    let at = source.integer(marks.length);
    while (marks[at] !== 0) at = (at + 1) % marks.length;
    // 2 is taken now and not given up again, 3 given up and not taken again.
    marks[at] = 2;
    marks[i] = 3;
    free--;
  }
}

function encode(values: Float32Array, { shape }: Layout, chosen: Params, source: Random | null): Uint8Array {
  requireFinite(values);
  const maps = shape[3];
  const { rows, count, placeBits, placeBytes } = keptOf(shape, chosen);
  const bytes = new Uint8Array(maps * (placeBytes + 4 * count));
  const sent = new Float32Array(maps * count);
  const at = placesFor({
    values: values.byteLength,
    planes: values.byteLength,
    histogram: histogramBytes,
    marks: rows,
    places: 4 * rows,
    taken: 4 * rows,
    packed: placeBytes,
  });
  layOut(values, { maps, rows }, at);
  for (let k = 0; k < maps; k++) {
    const plane = at.planes + 4 * k * rows;
    run('markLargest', { plane, rows, wanted: count, histogram: at.histogram, marks: at.marks });
    if (source) exchange(bytesAt(at.marks, rows), count, chosen.random, source);
    run('takeMarked', { plane, marks: at.marks, rows, places: at.places, values: at.taken });
    run('packWords', { numbers: at.places, count, bits: placeBits, out: at.packed });
    bytes.set(bytesAt(at.packed, placeBytes), k * placeBytes);
    sent.set(floatsAt(at.taken, count), k * count);
  }
  bytes.set(new Uint8Array(sent.buffer), maps * placeBytes);
  return bytes;
}

function decode(bytes: Uint8Array, { shape }: Layout, chosen: Params): Float32Array {
  const maps = shape[3];
  const { rows, count, placeBits, placeBytes } = keptOf(shape, chosen);
  const sent = decodeFloats(bytes.subarray(maps * placeBytes));
  const planeBytes = 4 * rows * maps;
  const at = placesFor({ planes: planeBytes, values: planeBytes, packed: placeBytes, places: 4 * count });
  const places = wordsAt(at.places, count);
  const spread = floatsAt(at.planes, rows * maps).fill(0);
  for (let k = 0; k < maps; k++) {
    bytesAt(at.packed, placeBytes).set(bytes.subarray(k * placeBytes, (k + 1) * placeBytes));
    run('unpackWords', { bytes: at.packed, count, bits: placeBits, out: at.places });
    for (let n = 0; n < count; n++) {
      const place = places[n];
      if (place >= rows || (n > 0 && place <= places[n - 1]))
        throw malformed(`The places in map ${k} are not ${count} ascending numbers below ${rows}.`);
      spread[k * rows + place] = sent[k * count + n];
    }
  }
  run('fromPlanes', { planes: at.planes, values: at.values, rows, maps });
  return floatsAt(at.values, rows * maps).slice();
}

function open(chosen: Params, seed: number, once = false): OpenCodec {
  const decoded = (bytes: Uint8Array, layout: Layout): Float32Array => decode(bytes, layout, chosen);
  if (chosen.random === 0 || once)
    return { encode: (values, layout) => encode(values, layout, chosen, null), decode: decoded };
  return counted(
    'top-k',
    (values, layout, tensor) => encode(values, layout, chosen, random(seed, 'places', tensor)),
    decoded,
  );
}

/**
 * The largest values of each map with their places, all others as zeros; with a random share, RandTopk (Zheng et al., IJCAI
 * 2023). What is no part of the training is the largest alone.
 */
export const topK = {
  name: 'top-k',
  words: { label: 'top-k, the largest values', hint: 'A share of each map’s values as they are; all others are zero' },
  params,
  largest: 3.4028234663852886e38,
  size: (shape, chosen) => {
    const { count, placeBytes } = keptOf(shape, chosen);
    return { exact: shape[3] * (placeBytes + 4 * count) };
  },
  open,
  /** A value that does not cross is lost whole. */
  errorBound: (value) => Math.abs(value),
} as const satisfies Codec<'top-k', typeof params>;
