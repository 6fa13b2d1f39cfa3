import type { Shape } from '../model/spec.ts';
import type { Random } from '../random.ts';
import { drawCropFlip, normalisationTable, untouched, writeNormalised } from './augment.ts';
import type { Normalisation } from './catalogue.ts';

/** The chosen samples of one part of a data set. */
export interface Samples {
  /** What each sample is called in the whole data set: the same in every subset. */
  readonly ids: Uint32Array;
  readonly labels: Uint16Array;
  /** Writes image `index` normalised into `out`; augmented if there is a `draw` to do it by. */
  readonly write: (index: number, draw: Random | null, out: Float32Array) => void | Promise<void>;
}

/** How bytes become what a network takes. */
export interface Look {
  readonly shape: Shape;
  readonly normalisation: Normalisation;
  readonly flip: boolean;
}

/** Images in memory: cropped and flipped by the byte. */
export function fromPixels(pixels: Uint8Array, { shape, normalisation, flip }: Look): Samples['write'] {
  const table = normalisationTable(normalisation);
  const bytes = shape[0] * shape[1] * shape[2];
  return (index, draw, out) => {
    const image = pixels.subarray(index * bytes, (index + 1) * bytes);
    writeNormalised(image, shape, table, draw ? drawCropFlip(draw, flip) : untouched, out);
  };
}
