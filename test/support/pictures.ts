import sharp from 'sharp';

/** Pictures with something wrong or unusual about them, made from whole ones that the image library writes. */

/** A picture that compresses badly, so that there is something to damage: RGB, value by place. */
export function noise(width: number, height = width): Buffer {
  return Buffer.from(Array.from({ length: width * height * 3 }, (_, i) => (((i * i * 7) >> 3) ^ (i * 31)) & 255));
}

export function jpegOf(width = 160, height = 120): Promise<Buffer> {
  return sharp(noise(width, height), { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** A copy with bytes from `at` on replaced. */
function patched(bytes: Buffer, at: number, ...values: number[]): Buffer {
  const copy = Buffer.from(bytes);
  copy.set(values, at);
  return copy;
}

const marker = (jpeg: Buffer, code: number): number => jpeg.indexOf(Uint8Array.of(0xff, code));
const startOfScan = (jpeg: Buffer): number => marker(jpeg, 0xda);
/** The last bytes of every JPEG. */
const endOfImage = 2;

/** Behind the components of a scan: first and last coefficient, precision. They are 0, 63 and 0 of all sequential JPEGs. */
function scanParameters(jpeg: Buffer): number {
  const at = startOfScan(jpeg);
  return at + 2 + jpeg.readUInt16BE(at + 2) - 3;
}

/** What decoders warn of, and show all the same. */
export const tolerated: Readonly<Record<string, (jpeg: Buffer) => Buffer>> = {
  'odd scan parameters': (jpeg) => patched(jpeg, scanParameters(jpeg), 1, 5, 0x11),
  'stray bytes before a marker': (jpeg) => {
    const at = startOfScan(jpeg);
    return Buffer.concat([jpeg.subarray(0, at), Uint8Array.of(1, 2, 3), jpeg.subarray(at)]);
  },
  'an old JFIF revision': (jpeg) => patched(jpeg, marker(jpeg, 0xe0) + 9, 0, 9),
  'a segment that ends early': (jpeg) =>
    Buffer.concat([jpeg.subarray(0, jpeg.length - 400), jpeg.subarray(-endOfImage)]),
  'bytes behind its end': (jpeg) => Buffer.concat([jpeg, Buffer.from('by some camera')]),
  'flipped bits in its data': (jpeg) => patched(jpeg, startOfScan(jpeg) + 500, 0x5a, 0x33),
};

/** What is no picture any more. */
export const unreadable: Readonly<Record<string, (jpeg: Buffer) => Buffer | string>> = {
  'half a file': (jpeg) => jpeg.subarray(0, jpeg.length >> 1),
  'a file that ends early': (jpeg) => jpeg.subarray(0, -40),
  'nothing but a header': (jpeg) => jpeg.subarray(0, 20),
  'an impossible table': (jpeg) => patched(jpeg, marker(jpeg, 0xc4) + 5, 255),
  'an empty file': () => '',
  'a page that was to be a picture': () => '<!DOCTYPE html><html>404</html>',
  SVG: () => '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="160" height="120"/>',
};
