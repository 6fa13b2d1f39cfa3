import { SluiceError } from '../../errors.ts';
import type { Codec } from './codec.ts';
import { deflate, zstd, type Compression } from './compression.ts';
import { float16 } from './float16.ts';
import { float32 } from './float32.ts';
import { int8 } from './int8.ts';
import { scaledFloat16 } from './scaledFloat16.ts';

const formats = [float32, float16, scaledFloat16, int8] as const;
const compressions = [deflate, zstd] as const;

export type Format = (typeof formats)[number]['name'];
/** A number format, alone or followed by a lossless compression: `float16`, `int8+deflate`. */
export type CodecName = Format | `${Format}+${(typeof compressions)[number]['name']}`;

/** Every name there is, in the order to offer them. */
export const codecNames: readonly CodecName[] = formats.flatMap(({ name }) => [
  name,
  ...compressions.map((compression): CodecName => `${name}+${compression.name}`),
]);

interface Parts {
  readonly format: Codec;
  readonly compression: Compression | null;
}

function unknown(what: string, value: string | number, expected: readonly (string | number)[]): SluiceError {
  return new SluiceError('codec-unknown', `The ${what} is ${value}, expected one of ${expected.join(', ')}.`, {
    path: 'codec',
  });
}

function parse(name: CodecName): Parts {
  const [formatName, compressionName] = name.split('+') as [string, string?];
  const format = formats.find((candidate) => candidate.name === formatName);
  const compression = compressions.find((candidate) => candidate.name === compressionName);
  if (!format || (compressionName !== undefined && !compression)) throw unknown('codec', name, codecNames);
  return { format, compression: compression ?? null };
}

/** The two bytes that name a codec in a message. */
export function codecIds(name: CodecName): readonly [format: number, compression: number] {
  const { format, compression } = parse(name);
  return [format.id, compression?.id ?? 0];
}

/** The codec that two bytes of a message name. Throws `codec-unknown`. */
export function codecNamed(formatId: number, compressionId: number): CodecName {
  const format = formats.find(({ id }) => id === formatId);
  if (!format)
    throw unknown(
      'number format of a message',
      formatId,
      formats.map(({ id }) => id),
    );
  if (compressionId === 0) return format.name;
  const compression = compressions.find(({ id }) => id === compressionId);
  if (!compression) throw unknown('compression of a message', compressionId, [0, ...compressions.map(({ id }) => id)]);
  return `${format.name}+${compression.name}`;
}

export function isCompressed(name: CodecName): boolean {
  return parse(name).compression !== null;
}

/** Size of an encoded tensor before lossless compression. */
export function encodedBytes(name: CodecName, count: number, maps: number): number {
  return parse(name).format.bytes(count, maps);
}

/** Encodes values packed with the map as the fastest axis. Throws `codec-non-finite`, `codec-overflow`, `codec-unavailable`. */
export function encodeTensor(name: CodecName, values: Float32Array, maps: number): Uint8Array {
  const { format, compression } = parse(name);
  const bytes = format.encode(values, maps);
  return compression ? compression.compress(bytes) : bytes;
}

/** Decodes `count` values. Uncompressed bytes must be `encodedBytes` long. Throws `message-malformed`, `codec-non-finite`. */
export function decodeTensor(name: CodecName, bytes: Uint8Array, maps: number, count: number): Float32Array {
  const { format, compression } = parse(name);
  const plain = compression ? compression.decompress(bytes, format.bytes(count, maps)) : bytes;
  return format.decode(plain, maps, count);
}
