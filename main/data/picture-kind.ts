import { open } from 'node:fs/promises';
import { extname } from 'node:path/posix';

/** Kinds of pictures that are read. How a file begins decides, not what it is called. */
const beginnings = {
  jpeg: /^\xff\xd8\xff/,
  png: /^\x89PNG\r\n\x1a\n/,
  gif: /^GIF8[79]a/,
  webp: /^RIFF.{4}WEBP/s,
  tiff: /^(II[*+]\0|MM\0[*+])/,
  // "BM" alone begins many a text: the length of the second header has to be one there is.
  bmp: /^BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0/s,
} as const;

export type PictureKind = keyof typeof beginnings;

/** What people have for pictures and Sluice does not read, by how it begins. */
const others: readonly (readonly [beginning: RegExp, name: string])[] = [
  [/^(\xef\xbb\xbf)?\s*<(svg|(\?xml|!--|!DOCTYPE)(?=.*<svg))/is, 'SVG, which is drawn from instructions'],
  [/^.{4}ftyp(hei|hev|mif|msf)/s, 'HEIC'],
  [/^.{4}ftypavi/s, 'AVIF'],
  [/^%PDF/, 'PDF'],
  [/^(\xff\x0a|\0\0\0\x0cJXL )/, 'JPEG XL'],
  [/^\0\0\0\x0cjP/, 'JPEG 2000'],
  [/^8BPS/, 'a Photoshop document'],
];

/** The bytes it takes to tell all of them. */
const headBytes = 1024;

const suffixes = new Set(['.jpg', '.jpeg', '.jpe', '.jfif', '.png', '.webp', '.gif', '.bmp', '.tif', '.tiff']);

/** Whether a file is called like a picture. */
export function hasPictureName(name: string): boolean {
  return suffixes.has(extname(name).toLowerCase());
}

/** What kind of picture a file is, from its first bytes; undefined when none that is read. */
export function pictureKind(bytes: Uint8Array): PictureKind | undefined {
  const head = textOf(bytes);
  return (Object.keys(beginnings) as PictureKind[]).find((kind) => beginnings[kind].test(head));
}

/** Why a file is not read as a picture, in words that follow its name. */
export function whyNoPicture(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'it is empty';
  const head = textOf(bytes);
  const other = others.find(([beginning]) => beginning.test(head))?.[1];
  return `it is ${other ?? 'no picture'}; JPEG, PNG, WebP, GIF, BMP and TIFF are read`;
}

/** Why the file at a path is not read as a picture; undefined when it begins like one. */
export async function noPictureAt(path: string): Promise<string | undefined> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    const head = buffer.subarray(0, bytesRead);
    return pictureKind(head) === undefined ? whyNoPicture(head) : undefined;
  } finally {
    await handle.close();
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(headBytes, bytes.length)).toString('latin1');
}
