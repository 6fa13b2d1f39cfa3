import { unzlibSync, zlibSync } from 'fflate';

/**
 * What the codecs ask of Node's zlib, for browsers (renderer/vite.config.ts puts it in its place): deflate, and no zstd,
 * which they find missing.
 */
const zlib = {
  deflateSync: (bytes: Uint8Array, { level }: { readonly level: 1 }): Uint8Array => zlibSync(bytes, { level }),
  inflateSync(bytes: Uint8Array): { buffer: Uint8Array; engine: { bytesWritten: number } } {
    return { buffer: unzlibSync(bytes), engine: { bytesWritten: bytes.length } };
  },
};

export default zlib;
