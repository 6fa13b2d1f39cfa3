import type { Shape } from '../../model/spec.ts';

const gap = 2;
const least = 64;

/**
 * Images with values in [0, 1] as one PNG: a line for each row, white between them; small ones are enlarged, each pixel to a
 * square.
 */
export async function pictureGrid(
  rows: readonly (readonly Float32Array[])[],
  [height, width, channels]: Shape,
): Promise<Uint8Array> {
  const scale = Math.max(1, Math.floor(least / width));
  const columns = Math.max(...rows.map((row) => row.length));
  const [wide, high] = [columns * (width + gap) - gap, rows.length * (height + gap) - gap];
  const pixels = new Uint8ClampedArray(wide * high * channels).fill(255);
  for (const [line, row] of rows.entries()) {
    for (const [column, image] of row.entries()) {
      for (let y = 0; y < height; y++) {
        const at = ((line * (height + gap) + y) * wide + column * (width + gap)) * channels;
        for (let i = 0; i < width * channels; i++) pixels[at + i] = 255 * image[y * width * channels + i];
      }
    }
  }
  const { default: sharp } = await import('sharp');
  return sharp(pixels, { raw: { width: wide, height: high, channels: channels as 1 | 3 } })
    .resize(wide * scale, high * scale, { kernel: 'nearest' })
    .png()
    .toBuffer();
}
