import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { messageOf, SluiceError } from '../errors.ts';

// Many small images are decoded side by side; threads within one, and a cache of them, would only get in the way.
sharp.concurrency(1);
sharp.cache(false);

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A part of an image, in pixels. */
export interface Region extends Size {
  readonly left: number;
  readonly top: number;
}

/** RGB bytes, height × width × 3. */
export interface DecodedImage extends Size {
  readonly pixels: Uint8Array;
}

/** Where an image is, and what messages call it if not by its path. */
interface ImageFile {
  readonly path: string;
  readonly label?: string;
}

/** Does `work` on an image and names the file if that fails. */
async function reading<T>({ path, label = path }: ImageFile, work: (image: Sharp) => Promise<T>): Promise<T> {
  try {
    // Quicker for small images than to let the library open the file.
    return await work(sharp(await readFile(path)));
  } catch (cause) {
    throw new SluiceError(
      'image-unreadable',
      `${label} cannot be read as an image (${messageOf(cause).trim()}). Replace or remove the file.`,
      { cause },
    );
  }
}

async function rgb(image: Sharp): Promise<DecodedImage> {
  const { data, info } = await image.removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height };
}

/** Height and width from the file's header. */
export function imageSize(file: ImageFile): Promise<Size> {
  return reading(file, async (image) => {
    const { width, height } = await image.metadata();
    return { width, height };
  });
}

/** The whole image; with `size`, its centre square scaled to size × size. */
export function decodeImage(file: ImageFile, size?: number): Promise<DecodedImage> {
  return reading(file, (image) => rgb(size === undefined ? image : image.resize(size, size, { fit: 'cover' })));
}

/** A region of an image, scaled to size × size; `choose` says which once the image's size is known. */
export function decodeRegion(file: ImageFile, choose: (image: Size) => Region, size: number): Promise<DecodedImage> {
  return reading(file, async (image) => {
    const region = choose(await image.metadata());
    return rgb(image.extract(region).resize(size, size, { fit: 'fill', kernel: 'linear' }));
  });
}

/** How many images to have in the making at once. */
export const imagesAtOnce = 4 * availableParallelism();
