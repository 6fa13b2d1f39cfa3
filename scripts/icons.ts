/** Draws resources/icons/*.png from icon.svg; electron-builder makes .icns and .ico of the largest. */
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const folder = fileURLToPath(new URL('../resources/icons/', import.meta.url));
const sizes = [16, 32, 48, 64, 128, 256, 512, 1024];

for (const size of sizes) {
  // The density makes the drawing as large as the picture, which is sharper than scaling it afterwards.
  const drawn = sharp(`${folder}icon.svg`, { density: (72 * size) / 1024 }).resize(size, size);
  await drawn.png({ compressionLevel: 9 }).toFile(`${folder}${size}x${size}.png`);
}
