/**
 * BMP without compression, which the image library does not read: 1, 4 and 8 bits with a palette, 16 and 32 bits with or
 * without masks, 24 bits. The fourth channel of 32 bits is not looked at, as most programs do not.
 */

const mostPixels = 0x3fff * 0x3fff;
const compressions = ['none', 'RLE8', 'RLE4', 'masks', 'JPEG', 'PNG', 'masks with alpha'];
const [uncompressed, masked, maskedWithAlpha] = [0, 3, 6];

interface Header {
  readonly width: number;
  readonly height: number;
  /** The first row is the upper one; usually it is the lower. */
  readonly downwards: boolean;
  readonly bits: number;
  /** Of red, green and blue in a pixel of 16 or 32 bits. */
  readonly masks: readonly number[];
  readonly palette: { readonly at: number; readonly stride: number };
  readonly pixelsAt: number;
}

/** RGB bytes, height × width × 3, the upper row first. Throws an Error with the reason when it cannot be read. */
export function decodeBmp(bytes: Buffer): { width: number; height: number; pixels: Uint8Array } {
  if (bytes.length < 26) throw new Error('it ends within its header');
  const header = readHeader(bytes);
  const { width, height, bits, downwards, pixelsAt } = header;
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  if (pixelsAt + rowBytes * height > bytes.length) throw new Error('it ends before its last row');
  const write = pixelWriter(bytes, header);
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    const row = pixelsAt + rowBytes * (downwards ? y : height - 1 - y);
    for (let x = 0; x < width; x++, at += 3) write(row, x, pixels, at);
  }
  return { width, height, pixels };
}

function readHeader(bytes: Buffer): Header {
  const pixelsAt = bytes.readUInt32LE(10);
  const size = bytes.readUInt32LE(14);
  const old = size === 12;
  if (bytes.length < 14 + size) throw new Error('it ends within its header');
  const width = old ? bytes.readUInt16LE(18) : bytes.readInt32LE(18);
  const rows = old ? bytes.readUInt16LE(20) : bytes.readInt32LE(22);
  const bits = bytes.readUInt16LE(old ? 24 : 28);
  const compression = old ? uncompressed : bytes.readUInt32LE(30);
  const height = Math.abs(rows);
  if (!(width > 0 && height > 0 && width * height <= mostPixels)) throw new Error(`it claims ${width}×${rows} pixels`);
  const hasMasks = (compression === masked || compression === maskedWithAlpha) && (bits === 16 || bits === 32);
  if (!hasMasks && compression !== uncompressed) {
    throw new Error(`it is a BMP with compression ${compressions[compression] ?? compression}; save it without`);
  }
  // Behind the shortest header the masks lie where the palette would.
  if (hasMasks && bytes.length < 66) throw new Error('it ends within its header');
  return {
    width,
    height,
    bits,
    pixelsAt,
    downwards: rows < 0,
    masks: hasMasks ? [54, 58, 62].map((at) => bytes.readUInt32LE(at)) : usualMasks(bits),
    palette: { at: 14 + size, stride: old ? 3 : 4 },
  };
}

function usualMasks(bits: number): number[] {
  return bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];
}

/** Writes pixel `x` of the row that begins at byte `row`. */
type WritePixel = (row: number, x: number, out: Uint8Array, at: number) => void;

function pixelWriter(bytes: Buffer, { bits, masks, palette, pixelsAt }: Header): WritePixel {
  const copy: WritePixel = (from, _, out, at) => {
    for (const c of [0, 1, 2]) out[at + c] = bytes[from + 2 - c];
  };
  switch (bits) {
    case 1:
    case 4:
    case 8:
      return (row, x, out, at) => {
        const bit = x * bits;
        const index = (bytes[row + (bit >> 3)] >> (8 - bits - (bit & 7))) & (2 ** bits - 1);
        const entry = palette.at + index * palette.stride;
        if (entry + 3 > pixelsAt) throw new Error(`it has no colour ${index} in its palette`);
        copy(entry, x, out, at);
      };
    case 24:
      return (row, x, out, at) => copy(row + 3 * x, x, out, at);
    case 16:
    case 32: {
      const channels = masks.map(channel);
      return (row, x, out, at) => {
        const pixel = bits === 16 ? bytes.readUInt16LE(row + 2 * x) : bytes.readUInt32LE(row + 4 * x);
        channels.forEach((valueOf, c) => (out[at + c] = valueOf(pixel)));
      };
    }
    default:
      throw new Error(`it claims ${bits} bits a pixel`);
  }
}

/** The channel that a mask cuts out of a pixel, stretched to 0…255. */
function channel(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const largest = mask >>> shift;
  return (pixel) => Math.round((((pixel & mask) >>> shift) * 255) / largest);
}
