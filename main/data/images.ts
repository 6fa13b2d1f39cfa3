import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import sharp from 'sharp';
import type { ResizeOptions, Sharp } from 'sharp';
import { messageOf } from '../errors.ts';
import { decodeBmp } from './bmp.ts';
import { pictureKind, whyNoPicture } from './picture-kind.ts';

// Many small images are decoded side by side; threads within one, and a cache of them, would only get in the way.
sharp.concurrency(1);
sharp.cache(false);

/**
 * One rule for all images, whenever and at whatever size they are read: turned as their EXIF orientation says, of
 * several frames the first, an embedded colour profile converted to sRGB, transparency laid over white before anything
 * is scaled. What decoders merely warn of is tolerated; a file that ends early is not.
 */

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

/** What was done to an image that whoever made the file may not expect. */
export interface ImageTraits {
  readonly turned: boolean;
  readonly transparent: boolean;
  readonly animated: boolean;
}

/**
 * Its message says why a file cannot be read as an image, without naming it: what to do depends on who reads it. The
 * library keeps one text for all threads, so the reason is sure only of a file that is read while no other is.
 */
export class UnreadableImage extends Error {
  override readonly name = 'UnreadableImage';
}

interface Opened {
  readonly image: Sharp;
  readonly traits: () => Promise<ImageTraits>;
}

const plain: ImageTraits = { turned: false, transparent: false, animated: false };

async function open(path: string): Promise<Opened> {
  // Quicker for small images than to let the library open the file.
  const bytes = await readFile(path);
  const kind = pictureKind(bytes);
  if (kind === undefined) throw new UnreadableImage(whyNoPicture(bytes));
  if (kind === 'bmp') {
    const { pixels, width, height } = decodeBmp(bytes);
    return { image: sharp(pixels, { raw: { width, height, channels: 3 } }), traits: () => Promise.resolve(plain) };
  }
  const image = sharp(bytes, { failOn: 'error' }).autoOrient();
  // A look at the header would make small images a fifth slower, and of a JPEG without EXIF it says nothing.
  if (kind === 'jpeg' && !bytes.includes('Exif')) return { image, traits: () => Promise.resolve(plain) };
  return { image, traits: () => traitsOf(image) };
}

async function traitsOf(image: Sharp): Promise<ImageTraits> {
  const { orientation = 1, hasAlpha, pages = 1 } = await image.metadata();
  return { turned: orientation > 1, transparent: hasAlpha, animated: pages > 1 };
}

async function reading<T>(path: string, work: (opened: Opened) => Promise<T>): Promise<T> {
  try {
    return await work(await open(path));
  } catch (cause) {
    if (cause instanceof UnreadableImage) throw cause;
    throw new UnreadableImage(reasonOf(cause), { cause });
  }
}

/** The library gives a line for every layer that failed, some of them twice, each with the name of its function. */
function reasonOf(cause: unknown): string {
  const lines = messageOf(cause)
    .replace('Input buffer has corrupt header: ', '')
    .trim()
    .split('\n')
    .map((line) => line.replace(/^(vips\w+|\w+load(_buffer)?|webp): /i, ''));
  const reason = [...new Set(lines)].join('; ');
  return reason === '' || reason === 'Unknown error' ? 'it cannot be decoded' : reason;
}

async function rgb(image: Sharp): Promise<DecodedImage> {
  const { data, info } = await image
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height };
}

/**
 * Enlarges to size × size. Where the library enlarges it takes the corners of new pixels for their centres, and all that
 * is seen moves by half a new pixel. Of twice as many pixels the corners of the odd ones are the centres wanted.
 */
async function enlarged(
  { pixels, width, height }: DecodedImage,
  size: number,
  how: ResizeOptions,
): Promise<DecodedImage> {
  const raw = { width, height, channels: 3 } as const;
  const doubled = await rgb(sharp(pixels, { raw }).resize(2 * size, 2 * size, how));
  const out = new Uint8Array(size * size * 3);
  for (let y = 0, at = 0; y < size; y++) {
    for (let x = 0; x < size; x++, at += 3) {
      const from = 3 * ((2 * y + 1) * 2 * size + 2 * x + 1);
      out.set(doubled.pixels.subarray(from, from + 3), at);
    }
  }
  return { pixels: out, width: size, height: size };
}

/** The whole image; with `size`, its centre square scaled to size × size. Throws UnreadableImage. */
export function decodeImage(path: string, size?: number): Promise<DecodedImage & ImageTraits> {
  return reading(path, async ({ image, traits }) => {
    const found = await traits();
    return { ...(await (size === undefined ? rgb(image) : centreSquare(image, size))), ...found };
  });
}

async function centreSquare(image: Sharp, size: number): Promise<DecodedImage> {
  const { width, height } = (await image.metadata()).autoOrient;
  const isSmaller = Math.min(width, height) < size;
  return isSmaller
    ? enlarged(await rgb(image), size, { fit: 'cover' })
    : rgb(image.resize(size, size, { fit: 'cover' }));
}

/**
 * A region of an image, scaled to size × size as PIL and torchvision do it: bilinear between the centres of pixels, by
 * the mean of a triangle where it shrinks. `choose` says which once the image's size, turned, is known. Throws UnreadableImage.
 */
export function decodeRegion(path: string, choose: (image: Size) => Region, size: number): Promise<DecodedImage> {
  return reading(path, async ({ image }) => {
    const { autoOrient } = await image.metadata();
    const region = choose(autoOrient);
    const how = { fit: 'fill', kernel: 'linear' } as const;
    const [width, height] = [Math.min(size, region.width), Math.min(size, region.height)];
    const shrunk = await rgb(image.extract(region).resize(width, height, how));
    return width < size || height < size ? enlarged(shrunk, size, how) : shrunk;
  });
}

/** How many images to have in the making at once. */
export const imagesAtOnce = 4 * availableParallelism();
