import zlib from 'node:zlib';
import { messageOf, SluiceError } from '../../errors.ts';

/** Lossless compression after a number format. */
export interface Compression {
  readonly name: string;
  /** Identifies the compression in a message; 0 stands for none. */
  readonly id: number;
  compress(bytes: Uint8Array): Uint8Array;
  /** Gives exactly `size` bytes or throws `message-malformed`; never holds more than that. */
  decompress(bytes: Uint8Array, size: number): Uint8Array;
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

function exactly(size: number, bytes: Uint8Array, inflate: () => Inflated, name: string): Uint8Array {
  let inflated: Inflated;
  try {
    inflated = inflate();
  } catch (error) {
    throw malformed(`The ${name} data of a tensor is damaged or longer than announced: ${messageOf(error)}.`, error);
  }
  const { buffer, engine } = inflated;
  if (buffer.length !== size)
    throw malformed(`The ${name} data of a tensor holds ${buffer.length} bytes, expected ${size}.`);
  if (engine.bytesWritten !== bytes.length) {
    throw malformed(`${bytes.length - engine.bytesWritten} bytes follow the ${name} data of a tensor.`);
  }
  return buffer;
}

function malformed(message: string, cause?: unknown): SluiceError {
  return new SluiceError('message-malformed', message, { cause });
}

/** RFC 1950 (zlib), at the fastest level: float mantissas hardly shrink further at a slower one. */
export const deflate = {
  name: 'deflate',
  id: 1,
  compress: (bytes) => zlib.deflateSync(bytes, { level: 1 }),
  decompress: (bytes, size) =>
    exactly(
      size,
      bytes,
      // With `info` Node returns the engine too, which its types do not say.
      () => zlib.inflateSync(bytes, { maxOutputLength: size, info: true }) as unknown as Inflated,
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

export function zstdAvailable(): boolean {
  return 'zstdCompressSync' in zlib;
}

/** RFC 8878. */
export const zstd = {
  name: 'zstd',
  id: 2,
  compress: (bytes) => requireZstd().zstdCompressSync(bytes),
  decompress(bytes, size) {
    const native = requireZstd();
    return exactly(size, bytes, () => native.zstdDecompressSync(bytes, { maxOutputLength: size, info: true }), 'zstd');
  },
} as const satisfies Compression;
