import { open, writeFile, type FileHandle } from 'node:fs/promises';
import {
  headerLength,
  parseSafetensorsHeader,
  safetensorsParts,
  tensorFrom,
  type Metadata,
} from '../../model/safetensors.ts';
import type { NamedTensor, StateDict } from '../../model/state.ts';

const maxReadBytes = 1 << 30;

/** Writes tensors and flushes them to the disk, without a second copy in memory. */
export async function writeSafetensors(path: string, tensors: StateDict, metadata: Metadata = {}): Promise<void> {
  await writeFile(path, safetensorsParts(tensors, metadata), { flush: true });
}

/**
 * Reads a whole file. Every length is checked against the file's size before memory is taken;
 * a file that breaks the format throws `safetensors-invalid`.
 */
export async function readSafetensors(path: string): Promise<{ tensors: StateDict; metadata: Metadata }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const headerBytes = headerLength(await readExactly(file, Math.min(8, size), 0), size, path);
    const dataStart = 8 + headerBytes;
    const header = parseSafetensorsHeader(await readExactly(file, headerBytes, 8), size - dataStart, path);
    const entries: [string, NamedTensor][] = [];
    for (const placement of header.tensors) {
      const { name, begin, end } = placement;
      entries.push([name, tensorFrom(placement, await readExactly(file, end - begin, dataStart + begin))]);
    }
    return { tensors: Object.fromEntries(entries), metadata: header.metadata };
  } finally {
    await file.close();
  }
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
