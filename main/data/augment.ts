import type { Shape } from '../model/spec.ts';
import type { Random } from '../random.ts';
import type { Normalisation } from './catalogue.ts';
import type { Region, Size } from './images.ts';

/** Pixels of zero put around a small image before it is cropped back to its size. */
const padding = 4;
/** Share of the shorter side that a test image keeps: resize to 256, cut out 224. */
const centreShare = 224 / 256;

/** What happens to one small image: shifts of −4…4 pixels, mirrored or not. */
export interface CropFlip {
  readonly down: number;
  readonly right: number;
  readonly mirrored: boolean;
}

/** A table of the normalised value of every byte, per channel: `table[256 * channel + byte]`. */
export function normalisationTable({ mean, std }: Normalisation): Float32Array {
  const table = new Float32Array(256 * mean.length);
  for (let i = 0; i < table.length; i++) {
    const channel = i >> 8;
    table[i] = ((i & 255) / 255 - mean[channel]) / std[channel];
  }
  return table;
}

/** Random crop with padding 4 and, where `flip` allows, a horizontal flip half of the time. */
export function drawCropFlip(draw: Random, flip: boolean): CropFlip {
  return {
    down: draw.integer(2 * padding + 1) - padding,
    right: draw.integer(2 * padding + 1) - padding,
    mirrored: draw.uniform() < 0.5 && flip,
  };
}

/**
 * Writes one image (bytes, HWC) into `out` as normalised float32, shifted and mirrored. What moves in from outside
 * is a black pixel, normalised like any other, as torchvision's RandomCrop before Normalize makes it.
 */
export function writeNormalised(
  pixels: Uint8Array,
  [height, width, channels]: Shape,
  table: Float32Array,
  { down, right, mirrored }: CropFlip,
  out: Float32Array,
): void {
  if (down !== 0 || right !== 0) fillBlack(out, channels, table);
  const top = Math.max(0, -down);
  const bottom = Math.min(height, height - down);
  const shift = mirrored ? -right : right;
  const left = Math.max(0, -shift);
  const end = Math.min(width, width - shift);
  const first = mirrored ? width - 1 - left + right : left + right;
  const step = mirrored ? -channels : channels;
  for (let y = top; y < bottom; y++) {
    let from = ((y + down) * width + first) * channels;
    let at = (y * width + left) * channels;
    for (let x = left; x < end; x++, from += step) {
      for (let c = 0; c < channels; c++) out[at++] = table[(c << 8) + pixels[from + c]];
    }
  }
}

function fillBlack(out: Float32Array, channels: number, table: Float32Array): void {
  for (let at = 0; at < out.length; at += channels) {
    for (let c = 0; c < channels; c++) out[at + c] = table[c << 8];
  }
}

/** An image as it is. */
export const untouched: CropFlip = { down: 0, right: 0, mirrored: false };

/**
 * torchvision's RandomResizedCrop: 8–100 % of the area, 3:4 to 4:3, ten tries, else the largest part of the centre
 * with an allowed ratio.
 */
export function randomRegion({ width, height }: Size, draw: Random): Region {
  for (let i = 0; i < 10; i++) {
    const area = width * height * (0.08 + 0.92 * draw.uniform());
    const ratio = Math.exp(Math.log(3 / 4) + Math.log(16 / 9) * draw.uniform());
    const w = Math.round(Math.sqrt(area * ratio));
    const h = Math.round(Math.sqrt(area / ratio));
    if (w > 0 && w <= width && h > 0 && h <= height) {
      return { left: draw.integer(width - w + 1), top: draw.integer(height - h + 1), width: w, height: h };
    }
  }
  return centred(
    { width, height },
    Math.min(width, Math.round((height * 4) / 3)),
    Math.min(height, Math.round((width * 4) / 3)),
  );
}

/** The centre square that Resize(256) and CenterCrop(224) leave. */
export function centreRegion(image: Size): Region {
  const side = Math.max(1, Math.round(Math.min(image.width, image.height) * centreShare));
  return centred(image, side, side);
}

function centred(image: Size, width: number, height: number): Region {
  return { left: Math.round((image.width - width) / 2), top: Math.round((image.height - height) / 2), width, height };
}
