import zlib from 'node:zlib';
import { messageOf, SluiceError } from '../../errors.ts';
import { mostBytes, type Size } from './codec.ts';

/** Lossless compression after a number format. */
export interface Compression<Name extends string = string> {
  readonly name: Name;
  /** Throws `codec-unavailable` where this Node lacks it. */
  require(): void;
  available(): boolean;
  /** The most that so many bytes become: what does not shrink is stored, with a few bytes around it. */
  bound(bytes: number): number;
  compress(bytes: Uint8Array): Uint8Array;
  /** Gives bytes that `size` allows or throws `message-malformed`; never holds more than that. */
  decompress(bytes: Uint8Array, size: Size): Uint8Array;
}

/** The output of a decompressor and how much input it used. */
interface Inflated {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

/** What Node's zlib has since 22.15 and the types of the oldest supported Node do not know. */
interface Zstd {
  zstdCompressSync(bytes: Uint8Array): Uint8Array;
  zstdDecompressSync(bytes: Uint8Array, options: { maxOutputLength: number; info: true }): Inflated;
}

function allowed(
  size: Size,
  bytes: Uint8Array,
  inflate: (maxOutputLength: number) => Inflated,
  name: string,
): Uint8Array {
  let inflated: Inflated;
  try {
    inflated = inflate(mostBytes(size));
  } catch (error) {
    throw malformed(`The ${name} data of a tensor is damaged or longer than announced: ${messageOf(error)}.`, error);
  }
  const { buffer, engine } = inflated;
  if ('exact' in size && buffer.length !== size.exact)
    throw malformed(`The ${name} data of a tensor holds ${buffer.length} bytes, expected ${size.exact}.`);
  if (engine.bytesWritten !== bytes.length) {
    throw malformed(`${bytes.length - engine.bytesWritten} bytes follow the ${name} data of a tensor.`);
  }
  return buffer;
}

function malformed(message: string, cause?: unknown): SluiceError {
  return new SluiceError('message-malformed', message, { cause });
}

/** RFC 1950 (zlib), at the fastest level: float mantissas hardly shrink further at a slower one. */
const deflate = {
  name: 'deflate',
  require: () => undefined,
  available: () => true,
  // compressBound of zlib.
  bound: (bytes) =>
    bytes + Math.floor(bytes / 2 ** 12) + Math.floor(bytes / 2 ** 14) + Math.floor(bytes / 2 ** 25) + 13,
  compress: (bytes) => zlib.deflateSync(bytes, { level: 1 }),
  decompress: (bytes, size) =>
    allowed(
      size,
      bytes,
      // With `info` Node returns the engine too, which its types do not say.
      (maxOutputLength) => zlib.inflateSync(bytes, { maxOutputLength, info: true }) as unknown as Inflated,
      'deflate',
    ),
} as const satisfies Compression;

function requireZstd(): Zstd {
  if (zstdAvailable()) return zlib as unknown as Zstd;
  throw new SluiceError(
    'codec-unavailable',
    `zstd needs Node 22.15 or newer, this is Node ${process.versions.node}. Choose "deflate" instead, or a newer Node on both sides.`,
    { path: 'codec' },
  );
}

function zstdAvailable(): boolean {
  return 'zstdCompressSync' in zlib;
}

/** RFC 8878. */
const zstd = {
  name: 'zstd',
  require: () => void requireZstd(),
  available: zstdAvailable,
  // ZSTD_COMPRESSBOUND.
  bound: (bytes) => bytes + Math.floor(bytes / 256) + Math.floor(Math.max(0, 2 ** 17 - bytes) / 2 ** 11),
  compress: (bytes) => requireZstd().zstdCompressSync(bytes),
  decompress(bytes, size) {
    const native = requireZstd();
    return allowed(
      size,
      bytes,
      (maxOutputLength) => native.zstdDecompressSync(bytes, { maxOutputLength, info: true }),
      'zstd',
    );
  },
} as const satisfies Compression;

export const compressions = [deflate, zstd] as const;
