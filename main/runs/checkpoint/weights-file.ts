import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { SluiceError } from '../../errors.ts';
import {
  headerLength,
  parseSafetensorsHeader,
  safetensorsParts,
  tensorFrom,
  type Metadata,
} from '../../model/safetensors.ts';
import type { NamedTensor, StateDict } from '../../model/state.ts';
import { writeFlushed } from './durable.ts';

const maxReadBytes = 1 << 30;

/**
 * The SHA-256 of a whole file stands in its metadata as `sha256`, and is taken with zeros in this place; so it covers
 * names, shapes and metadata, too. Inside another text the quotes would be escaped: the field is found without a parser.
 */
const field = (sha256: string): string => `"sha256":"${sha256}"`;
const zeros = '0'.repeat(64);

/** What a file holds, and the SHA-256 of it; it has been compared with the one in the metadata, where there is one. */
export interface WeightsFile {
  readonly tensors: StateDict;
  readonly metadata: Metadata;
  readonly sha256: string;
}

/** Writes tensors and flushes them to the disk, without a second copy in memory. Returns the file's SHA-256. */
export async function writeSafetensors(path: string, tensors: StateDict, metadata: Metadata = {}): Promise<string> {
  const parts = safetensorsParts(tensors, { ...metadata, sha256: zeros });
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  const sha256 = hash.digest('hex');
  const [header] = parts;
  Buffer.from(field(sha256)).copy(
    header,
    Buffer.from(header.buffer, header.byteOffset, header.length).indexOf(field(zeros)),
  );
  await writeFlushed(path, parts);
  return sha256;
}

/**
 * Reads a whole file. Every length is checked against the file's size before memory is taken;
 * a file that breaks the format, or whose SHA-256 is not the one it carries, throws `safetensors-invalid`.
 */
export async function readSafetensors(path: string): Promise<WeightsFile> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const hash = createHash('sha256');
    const start = await readExactly(file, Math.min(8, size), 0);
    const headerBytes = headerLength(start, size, path);
    const dataStart = 8 + headerBytes;
    const json = await readExactly(file, headerBytes, 8);
    const { tensors, metadata } = parseSafetensorsHeader(json, size - dataStart, path);
    const carried = metadata['sha256'];
    hash.update(start).update(carried === undefined ? json : withZeros(json, carried));
    const entries: [string, NamedTensor][] = [];
    // In the order of the file, without gaps.
    for (const placement of tensors) {
      const { name, begin, end } = placement;
      const bytes = await readExactly(file, end - begin, dataStart + begin);
      hash.update(bytes);
      entries.push([name, tensorFrom(placement, bytes)]);
    }
    const sha256 = hash.digest('hex');
    if (carried !== undefined && carried !== sha256) throw changed(path);
    return { tensors: Object.fromEntries(entries), metadata, sha256 };
  } finally {
    await file.close();
  }
}

function withZeros(json: Uint8Array, sha256: string): Uint8Array {
  const copy = Buffer.from(json);
  const at = copy.indexOf(field(sha256));
  if (at >= 0) copy.write(field(zeros), at);
  return copy;
}

function changed(path: string): SluiceError {
  const message = `${path} is not as it was written: its SHA-256 differs from the one in its metadata.`;
  return new SluiceError('safetensors-invalid', message);
}

/** What a file says of itself, without its tensors. Throws `safetensors-invalid`. */
export async function readMetadata(path: string): Promise<Metadata> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const headerBytes = headerLength(await readExactly(file, Math.min(8, size), 0), size, path);
    return parseSafetensorsHeader(await readExactly(file, headerBytes, 8), size - 8 - headerBytes, path).metadata;
  } finally {
    await file.close();
  }
}

async function readExactly(file: FileHandle, length: number, position: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, Math.min(length - done, maxReadBytes), position + done);
    if (bytesRead === 0) throw new Error('The file became shorter while it was read.');
    done += bytesRead;
  }
  return bytes;
}
