import type { Region } from './region.ts';
import { largestCentre } from './region.ts';

/** What a picture has to become for a model set: [h, w, channels]. */
export type Shape = readonly [height: number, width: number, channels: number];

type Source = ImageBitmap | HTMLVideoElement;

/**
 * The middle of a picture in the shape of the set, scaled to it: bytes [h, w, channels]. One channel is its brightness
 * (ITU-R 601, as Sluice reads grey images).
 */
export function readPicture(source: Source, [height, width, channels]: Shape): Uint8Array {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.imageSmoothingQuality = 'high';
  // What is transparent stands on white, as everywhere in Sluice.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  const { left, top, width: w, height: h }: Region = largestCentre(sizeOf(source), width / height);
  context.drawImage(source, left, top, w, h, 0, 0, width, height);
  return channelsOf(context.getImageData(0, 0, width, height).data, channels);
}

function sizeOf(source: Source): { width: number; height: number } {
  if ('videoWidth' in source) return { width: source.videoWidth, height: source.videoHeight };
  return source;
}

/** Of RGBA bytes the channels a network takes: three or one. */
export function channelsOf(rgba: Uint8ClampedArray, channels: number): Uint8Array {
  const pixels = rgba.length / 4;
  const bytes = new Uint8Array(pixels * channels);
  for (let i = 0; i < pixels; i++) {
    const [red, green, blue] = rgba.subarray(4 * i, 4 * i + 3);
    if (channels === 1) bytes[i] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    else bytes.set([red, green, blue], 3 * i);
  }
  return bytes;
}
