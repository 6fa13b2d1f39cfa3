import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage, decodeRegion } from '../../../main/data/images.ts';
import { scratchFolder, writeFile } from '../../support/datasets.ts';

type Pixel = readonly [red: number, green: number, blue: number];

/** Grey values row by row, as a PNG of 8 bits. */
async function greyPng(rows: readonly (readonly number[])[]): Promise<string> {
  const raw = { width: rows[0].length, height: rows.length, channels: 1 } as const;
  const png = await sharp(Uint8Array.from(rows.flat()), { raw }).png().toBuffer();
  return writeFile(join(scratchFolder(), 'grey.png'), png);
}

/** One value of each pixel: the first of three that must agree. */
function greys(pixels: Uint8Array): number[] {
  return Array.from({ length: pixels.length / 3 }, (_, i) => {
    expect(new Set(pixels.subarray(3 * i, 3 * i + 3)).size).toBe(1);
    return pixels[3 * i];
  });
}

function pixelsOf(pixels: Uint8Array): Pixel[] {
  return Array.from(
    { length: pixels.length / 3 },
    (_, i) => [...pixels.subarray(3 * i, 3 * i + 3)] as unknown as Pixel,
  );
}

const whole = ({ width, height }: { width: number; height: number }) => ({ left: 0, top: 0, width, height });

describe('a region that is scaled', () => {
  it('up is interpolated between pixels', async () => {
    const file = await greyPng([
      [0, 100],
      [0, 100],
    ]);
    const { pixels } = await decodeRegion(file, whole, 4);
    // As PIL and torchvision: new pixel x is at (x + 0.5) / 2 - 0.5 of the old ones; outside, the outermost goes on.
    expect(greys(pixels)).toEqual([0, 25, 75, 100, 0, 25, 75, 100, 0, 25, 75, 100, 0, 25, 75, 100]);
  });

  it('to three times its size, or by no whole number, stays in its place', async () => {
    const file = await greyPng([
      [0, 90, 180],
      [0, 90, 180],
      [0, 90, 180],
    ]);
    const row = async (size: number): Promise<number[]> =>
      greys((await decodeRegion(file, whole, size)).pixels).slice(size, 2 * size);
    expect(await row(9)).toEqual([0, 0, 30, 60, 90, 120, 150, 180, 180]);
    // At (x + 0.5) * 3 / 4 - 0.5.
    expect(await row(4)).toEqual([0, 57, 124, 180].map((value) => expect.closeTo(value, -0.5) as number));
  });

  it('up one way and down the other does both, each in its place', async () => {
    const file = await greyPng([
      [0, 100],
      [40, 140],
      [80, 180],
      [120, 220],
    ]);
    const wide = greys((await decodeRegion(file, whole, 4)).pixels);
    expect(wide).toEqual([0, 25, 75, 100, 40, 65, 115, 140, 80, 105, 155, 180, 120, 145, 195, 220]);
    const strip = { left: 0, top: 0, width: 2, height: 4 };
    const both = greys((await decodeRegion(file, () => strip, 3)).pixels);
    // Rows are the same from above and from below, as columns are from left and right.
    expect(both.map((value, i) => value + both[8 - i])).toEqual(Array(9).fill(220));
    expect(both[4]).toBe(110);
  });

  it('down is the mean by a triangle twice as wide', async () => {
    const file = await greyPng(Array.from({ length: 4 }, () => [40, 80, 120, 240]));
    const { pixels } = await decodeRegion(file, whole, 2);
    // (0.25·40 + 0.75·40 + 0.75·80 + 0.25·120) / 2, and from the other end.
    expect(greys(pixels)).toEqual([65, 175, 65, 175]);
  });

  it('is the one that was chosen', async () => {
    const file = await greyPng([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [9, 10, 11, 12],
    ]);
    const { pixels } = await decodeRegion(file, () => ({ left: 2, top: 1, width: 2, height: 2 }), 2);
    expect(greys(pixels)).toEqual([7, 8, 11, 12]);
  });
});

it('a picture that is smaller is enlarged around its centre', async () => {
  const file = await greyPng([
    [50, 50, 150, 150],
    [50, 50, 150, 150],
  ]);
  const enlarged = greys((await decodeImage(file, 6)).pixels);
  // What is left of the middle mirrors what is right of it.
  for (let y = 0; y < 6; y++) {
    const row = enlarged.slice(6 * y, 6 * y + 6);
    expect(row.map((value, x) => value + row[5 - x])).toEqual(Array(6).fill(200));
  }
});

it('a picture scaled whole is its centre square', async () => {
  const file = await greyPng(Array.from({ length: 4 }, () => [255, 255, 10, 10, 10, 10, 255, 255]));
  const { pixels } = await decodeImage(file, 2);
  // What lies beside shines through a little: it is scaled before it is cut off.
  for (const value of greys(pixels)) expect(value).toBeLessThan(25);
});

describe('EXIF orientation', () => {
  const stored = [
    [10, 20, 30],
    [40, 50, 60],
  ];
  const [w, h] = [3, 2];
  /** Which stored pixel is seen at (x, y), by the EXIF standard's description of the first row and column. */
  const seen: Readonly<Record<number, (x: number, y: number) => readonly [x: number, y: number]>> = {
    1: (x, y) => [x, y],
    2: (x, y) => [w - 1 - x, y],
    3: (x, y) => [w - 1 - x, h - 1 - y],
    4: (x, y) => [x, h - 1 - y],
    5: (x, y) => [y, x],
    6: (x, y) => [y, h - 1 - x],
    7: (x, y) => [w - 1 - y, h - 1 - x],
    8: (x, y) => [w - 1 - y, x],
  };

  it.each(Object.keys(seen).map(Number))('%i is applied, to regions too', async (orientation) => {
    const raw = { width: w, height: h, channels: 1 } as const;
    const png = await sharp(Uint8Array.from(stored.flat()), { raw }).withMetadata({ orientation }).png().toBuffer();
    const file = writeFile(join(scratchFolder(), 'turned.png'), png);
    const { width, height, pixels, turned } = await decodeImage(file);
    expect([width, height, turned]).toEqual(orientation > 4 ? [h, w, true] : [w, h, orientation > 1]);
    const expected = Array.from({ length: w * h }, (_, i) => {
      const [x, y] = seen[orientation](i % width, Math.floor(i / width));
      return stored[y][x];
    });
    expect(greys(pixels)).toEqual(expected);
    const region = await decodeRegion(
      file,
      (size) => {
        expect(size).toMatchObject({ width, height });
        return { left: width - 2, top: height - 2, width: 2, height: 2 };
      },
      2,
    );
    const corner = [1, 0].flatMap((up) => [1, 0].map((back) => expected[(height - 1 - up) * width + width - 1 - back]));
    expect(greys(region.pixels)).toEqual(corner);
  });
});

describe('transparency', () => {
  /** Left opaque blue, in the middle half of it, right nothing but a red that nobody sees. */
  async function transparent(): Promise<string> {
    const row = [
      [0, 0, 255, 255],
      [0, 0, 255, 255],
      [0, 0, 255, 128],
      [0, 0, 255, 128],
      [255, 0, 0, 0],
      [255, 0, 0, 0],
    ];
    const pixels = Uint8Array.from(Array.from({ length: 6 }, () => row).flat(2));
    const png = await sharp(pixels, { raw: { width: 6, height: 6, channels: 4 } })
      .png()
      .toBuffer();
    return writeFile(join(scratchFolder(), 'glass.png'), png);
  }
  const [blue, pale, white]: Pixel[] = [
    [0, 0, 255],
    [127, 127, 255],
    [255, 255, 255],
  ];

  it('is laid over white', async () => {
    const { pixels, transparent: noticed } = await decodeImage(await transparent());
    expect(noticed).toBe(true);
    expect(pixelsOf(pixels).slice(0, 6)).toEqual([blue, blue, pale, pale, white, white]);
  });

  it('is so before anything is scaled: what is hidden never shows', async () => {
    const file = await transparent();
    const right = { left: 4, top: 0, width: 2, height: 2 };
    expect(pixelsOf((await decodeRegion(file, () => right, 4)).pixels)).toEqual(Array(16).fill(white));
    // A single pixel is the mean of the three stripes as they look, whatever colour is hidden.
    const [[red, green, all]] = pixelsOf((await decodeImage(file, 1)).pixels);
    expect([red, green]).toEqual([red, red]);
    expect(Math.abs(red - (0 + 127 + 255) / 3)).toBeLessThan(6);
    expect(all).toBe(255);
  });
});

describe('colours', () => {
  async function decoded(write: (image: Sharp) => Sharp): Promise<Pixel> {
    const image = sharp({ create: { width: 16, height: 16, channels: 3, background: { r: 250, g: 20, b: 20 } } });
    const file = writeFile(join(scratchFolder(), 'red'), await write(image).toBuffer());
    return pixelsOf((await decodeImage(file)).pixels)[0];
  }
  const off = (pixel: Pixel, [r, g, b]: Pixel): number =>
    Math.max(Math.abs(pixel[0] - r), Math.abs(pixel[1] - g), Math.abs(pixel[2] - b));

  it('of an embedded profile are converted to sRGB', async () => {
    // In Display P3 this red is written as (229, 53, 40) or so.
    expect(off(await decoded((image) => image.withIccProfile('p3').png()), [250, 20, 20])).toBeLessThanOrEqual(2);
  });

  it('of CMYK and of 16 bits become RGB of 8', async () => {
    expect(
      off(await decoded((image) => image.toColourspace('cmyk').jpeg({ quality: 100 })), [250, 20, 20]),
    ).toBeLessThan(40);
    expect(await decoded((image) => image.toColourspace('rgb16').png())).toEqual([250, 20, 20]);
  });
});
