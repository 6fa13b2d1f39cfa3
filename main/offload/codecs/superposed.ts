import { requireFinite } from './float32.ts';
import { z } from 'zod';
import { circleOf } from './parts/circular.ts';
import { viewAs, type Codec, type Layout, type OpenCodec, type TensorShape } from './codec.ts';
import type { Spectrum } from './parts/fft.ts';
import { requireWithin } from './parts/within.ts';

/** Sums under keys stay finite. */
const largest = 2 ** 100;

const params = z.strictObject({
  images: z.int().min(2).max(64).default(4).describe('How many images of a batch are added up into one'),
  keys: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(1)
    .describe('Which random keys: with the same ones up and down, the gradient is that of what the server saw'),
});
type Params = z.output<typeof params>;

/** Images that are added up are those next to each other in the batch; of the last sum there may be fewer. */
interface Sums {
  readonly samples: number;
  /** Values of an image, and of a sum. */
  readonly length: number;
  readonly sums: number;
}

function sumsOf([samples, height, width, maps]: TensorShape, { images }: Params): Sums {
  return { samples, length: height * width * maps, sums: Math.ceil(samples / images) };
}

/** Image i of sum g as one of a pair: values to be read or written, none where there is no such image. */
function imageOf(values: Float32Array, { samples, length }: Sums, images: number, g: number, i: number): Float32Array {
  const at = g * images + i;
  return i < images && at < samples ? values.subarray(at * length, (at + 1) * length) : values.subarray(0, 0);
}

function encode(values: Float32Array, { shape }: Layout, chosen: Params): Uint8Array {
  requireWithin(values, largest, 'superposed');
  const [{ images, keys }, sums] = [chosen, sumsOf(shape, chosen)];
  const { length } = sums;
  const sent = new Float32Array(sums.sums * length);
  const circle = circleOf(keys, length);
  for (let g = 0; g < sums.sums; g += 2) {
    const bound = circle.bind(Math.min(images, sums.samples), (i, pair) => {
      pair.re.set(imageOf(values, sums, images, g, i));
      pair.im.set(imageOf(values, sums, images, g + 1, i));
    });
    sent.set(bound.re.subarray(0, length), g * length);
    if (g + 1 < sums.sums) sent.set(bound.im.subarray(0, length), (g + 1) * length);
  }
  return new Uint8Array(sent.buffer);
}

function decode(bytes: Uint8Array, { shape }: Layout, chosen: Params): Float32Array {
  const sent = viewAs(Float32Array, bytes);
  requireFinite(sent);
  const [{ images, keys }, sums] = [chosen, sumsOf(shape, chosen)];
  const { length } = sums;
  const values = new Float32Array(sums.samples * length);
  const circle = circleOf(keys, length);
  const put = (into: Float32Array, from: Float64Array): void => into.set(from.subarray(0, into.length));
  for (let g = 0; g < sums.sums; g += 2) {
    const bound: Spectrum = {
      re: Float64Array.from(sent.subarray(g * length, (g + 1) * length)),
      im: new Float64Array(length),
    };
    if (g + 1 < sums.sums) bound.im.set(sent.subarray((g + 1) * length, (g + 2) * length));
    circle.unbind(Math.min(images, sums.samples), bound, (i, pair) => {
      put(imageOf(values, sums, images, g, i), pair.re);
      put(imageOf(values, sums, images, g + 1, i), pair.im);
    });
  }
  requireFinite(values);
  return values;
}

function open(chosen: Params): OpenCodec {
  return {
    encode: (values, layout) => encode(values, layout, chosen),
    decode: (bytes, layout) => decode(bytes, layout, chosen),
  };
}

/**
 * C3-SL (Hsieh, Chuang and Wu, 2022): images of a batch, each bound to a random key of its own by circular convolution, are
 * added up, and taken apart by circular correlation; the keys never cross. As correlation is the adjoint of convolution, a
 * gradient that comes back the same way with the same keys is exactly that of the sums. Right on average over the keys, with
 * noise: the standard deviation of a value is about the root mean square of an image of its sum times the root of their number.
 */
export const superposed = {
  name: 'superposed',
  words: {
    label: 'superposed, several images in one',
    hint: 'Images of a batch are added up under random keys and taken apart again, with noise',
  },
  params,
  largest,
  // What is lost of an image depends on those beside it, and does not shrink with what is sent.
  memories: [],
  size: (shape, chosen) => {
    const { sums, length } = sumsOf(shape, chosen);
    return { exact: 4 * sums * length };
  },
  open,
} as const satisfies Codec<'superposed', typeof params>;
