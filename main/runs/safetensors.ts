import { open, writeFile, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { SluiceError } from '../errors.ts';
import type { NamedTensor, StateDict } from '../training/snapshot.ts';

/**
 * The safetensors format (https://github.com/huggingface/safetensors): an 8-byte little-endian header length, a JSON
 * header, then the tensors' bytes without gaps. Sluice's tensors are float32 or int64.
 */
const maxHeaderBytes = 100_000_000;
const maxReadBytes = 1 << 30;
const dtypes = { F32: Float32Array, I64: BigInt64Array } as const;

type Dtype = keyof typeof dtypes;
type Metadata = Readonly<Record<string, string>>;

const tensorEntry = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});

interface Placement {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** Writes tensors and flushes them to the disk, without a second copy in memory. */
export async function writeSafetensors(path: string, tensors: StateDict, metadata: Metadata = {}): Promise<void> {
  // Wider elements first keep every tensor aligned to its element size.
  const ordered = Object.entries(tensors).sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const header: Record<string, unknown> = { __metadata__: { format: 'pt', ...metadata } };
  let offset = 0;
  for (const [name, { shape, data }] of ordered) {
    if (elements(shape) !== data.length) {
      throw new Error(`Tensor ${name} has shape [${shape.join(', ')}] and ${data.length} values.`);
    }
    const dtype: Dtype = data instanceof Float32Array ? 'F32' : 'I64';
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const start = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  start.writeBigUInt64LE(BigInt(start.length - 8));
  json.copy(start, 8);
  await writeFile(path, bytesOf(start, ordered), { flush: true });
}

function* bytesOf(start: Buffer, ordered: readonly (readonly [string, NamedTensor])[]): Generator<Uint8Array> {
  yield start;
  for (const [, { data }] of ordered) yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * Reads a whole file. Every length is checked against the file's size before memory is taken;
 * a file that breaks the format throws `safetensors-invalid`.
 */
export async function readSafetensors(path: string): Promise<{ tensors: StateDict; metadata: Metadata }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const headerBytes = await readHeaderLength(file, path, size);
    const header = parseHeader(await readExactly(file, headerBytes, 8), path);
    const dataStart = 8 + headerBytes;
    const entries: [string, NamedTensor][] = [];
    for (const { name, dtype, shape, begin, end } of placements(header.tensors, path, size - dataStart)) {
      const bytes = await readExactly(file, end - begin, dataStart + begin);
      entries.push([name, { shape, data: new dtypes[dtype](bytes.buffer) }]);
    }
    return { tensors: Object.fromEntries(entries), metadata: header.metadata };
  } finally {
    await file.close();
  }
}

async function readHeaderLength(file: FileHandle, path: string, size: number): Promise<number> {
  if (size < 8) throw invalid(path, `it has ${size} bytes, fewer than the 8 of the header length`);
  const length = new DataView((await readExactly(file, 8, 0)).buffer).getBigUint64(0, true);
  if (length > maxHeaderBytes) throw invalid(path, `its header claims ${length} bytes, the limit is ${maxHeaderBytes}`);
  if (length > size - 8) throw invalid(path, `its header claims ${length} bytes, the file has ${size}`);
  return Number(length);
}

function parseHeader(bytes: Uint8Array, path: string): { tensors: [string, unknown][]; metadata: Metadata } {
  let header: Record<string, unknown>;
  try {
    header = z.looseObject({}).parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw invalid(path, 'its header is not a JSON object', cause);
  }
  const metadata = z.record(z.string(), z.string()).safeParse(header['__metadata__'] ?? {});
  if (!metadata.success) throw invalid(path, '__metadata__ must hold strings only');
  return { tensors: Object.entries(header).filter(([name]) => name !== '__metadata__'), metadata: metadata.data };
}

/** The tensors in file order; together they must fill the data section exactly. */
function placements(tensors: readonly [string, unknown][], path: string, dataBytes: number): Placement[] {
  const placed = tensors.map(([name, value]) => placement(name, value, path));
  placed.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let cursor = 0;
  for (const { name, begin, end } of placed) {
    if (begin !== cursor) throw invalid(path, `tensor "${name}" starts at byte ${begin}, expected ${cursor}`);
    cursor = end;
  }
  if (cursor !== dataBytes) throw invalid(path, `its tensors need ${cursor} bytes, the file has ${dataBytes}`);
  return placed;
}

function placement(name: string, value: unknown, path: string): Placement {
  const entry = tensorEntry.safeParse(value);
  if (!entry.success) throw invalid(path, `tensor "${name}" needs dtype, shape and data_offsets`);
  const { dtype, shape } = entry.data;
  const [begin, end] = entry.data.data_offsets;
  if (dtype !== 'F32' && dtype !== 'I64') {
    throw invalid(path, `tensor "${name}" is ${dtype}; Sluice reads F32 and I64, so convert it first`);
  }
  const bytes = elements(shape) * dtypes[dtype].BYTES_PER_ELEMENT;
  if (end - begin !== bytes) {
    throw invalid(path, `tensor "${name}" of shape [${shape.join(', ')}] needs ${bytes} bytes, it has ${end - begin}`);
  }
  return { name, dtype, shape, begin, end };
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

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function invalid(path: string, reason: string, cause?: unknown): SluiceError {
  return new SluiceError('safetensors-invalid', `${path} is not a valid safetensors file: ${reason}.`, { cause });
}
