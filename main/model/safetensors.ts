import { z } from 'zod';
import { SluiceError } from '../errors.ts';
import { hasFields } from '../fields.ts';
import type { NamedTensor, StateDict } from './state.ts';

/**
 * The safetensors format (https://github.com/huggingface/safetensors): an 8-byte little-endian header length, a JSON
 * header, then the tensors' bytes without gaps. Sluice's tensors are float32 or int64. Nothing in it can be executed.
 */
const maxHeaderBytes = 100_000_000;
const dtypes = { F32: Float32Array, I64: BigInt64Array } as const;

type Dtype = keyof typeof dtypes;
export type Metadata = Readonly<Record<string, string>>;

const tensorEntry = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});

/** Where a tensor lies among the bytes after the header. */
export interface Placement {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly tensors: readonly Placement[];
  readonly metadata: Metadata;
}

/** A file in parts: the header, then views of the tensors' own memory. */
export function safetensorsParts(tensors: StateDict, metadata: Metadata = {}): Uint8Array[] {
  // Wider elements first keep every tensor aligned to its element size.
  const ordered = Object.entries(tensors).sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const header: [string, unknown][] = [['__metadata__', { format: 'pt', ...metadata }]];
  let offset = 0;
  for (const [name, { shape, data }] of ordered) {
    if (elements(shape) !== data.length) {
      throw new Error(`Tensor ${name} has shape [${shape.join(', ')}] and ${data.length} values.`);
    }
    const dtype: Dtype = data instanceof Float32Array ? 'F32' : 'I64';
    header.push([name, { dtype, shape, data_offsets: [offset, offset + data.byteLength] }]);
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(header)));
  const start = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  start.writeBigUInt64LE(BigInt(start.length - 8));
  json.copy(start, 8);
  return [start, ...ordered.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))];
}

/** The length of the header that follows the first 8 bytes of a file of `fileBytes`. `origin` names it in errors. */
export function headerLength(first: Uint8Array, fileBytes: number, origin: string): number {
  if (fileBytes < 8) throw invalid(origin, `it has ${fileBytes} bytes, fewer than the 8 of the header length`);
  const length = new DataView(first.buffer, first.byteOffset).getBigUint64(0, true);
  if (length > maxHeaderBytes) {
    throw invalid(origin, `its header claims ${length} bytes, the limit is ${maxHeaderBytes}`);
  }
  if (length > fileBytes - 8) throw invalid(origin, `its header claims ${length} bytes, the file has ${fileBytes}`);
  return Number(length);
}

/** The tensors in file order; together they must fill the `dataBytes` after the header exactly. */
export function parseSafetensorsHeader(bytes: Uint8Array, dataBytes: number, origin: string): SafetensorsHeader {
  const header = headerEntries(bytes, origin);
  const metadata = new Map(header).get('__metadata__') ?? {};
  if (!isMetadata(metadata)) throw invalid(origin, '__metadata__ must hold strings only');
  const tensors = header.filter(([name]) => name !== '__metadata__');
  return { tensors: placements(tensors, origin, dataBytes), metadata };
}

/** As entries: a tensor may have any name, `__proto__` among them. */
function headerEntries(bytes: Uint8Array, origin: string): [string, unknown][] {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (hasFields(header)) return Object.entries(header);
  } catch (cause) {
    throw invalid(origin, 'its header is not a JSON object', cause);
  }
  throw invalid(origin, 'its header is not a JSON object');
}

function isMetadata(value: unknown): value is Metadata {
  return hasFields(value) && Object.values(value).every((text) => typeof text === 'string');
}

/** A tensor from its bytes, which must begin their buffer at a multiple of 8. */
export function tensorFrom({ dtype, shape }: Placement, bytes: Uint8Array<ArrayBuffer>): NamedTensor {
  const Values = dtypes[dtype];
  return { shape, data: new Values(bytes.buffer, bytes.byteOffset, bytes.byteLength / Values.BYTES_PER_ELEMENT) };
}

/** A whole file in memory. */
export function encodeSafetensors(tensors: StateDict): Uint8Array<ArrayBuffer> {
  const parts = safetensorsParts(tensors);
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The tensors of a file in memory, as copies. Throws `safetensors-invalid`. */
export function decodeSafetensors(bytes: Uint8Array, origin: string): StateDict {
  const start = 8 + headerLength(bytes, bytes.length, origin);
  const { tensors } = parseSafetensorsHeader(bytes.subarray(8, start), bytes.length - start, origin);
  return Object.fromEntries(
    tensors.map((placement) => [
      placement.name,
      tensorFrom(placement, new Uint8Array(bytes.subarray(start + placement.begin, start + placement.end))),
    ]),
  );
}

function placements(tensors: readonly (readonly [string, unknown])[], origin: string, dataBytes: number): Placement[] {
  const placed = tensors.map(([name, value]) => placement(name, value, origin));
  placed.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let cursor = 0;
  for (const { name, begin, end } of placed) {
    if (begin !== cursor) throw invalid(origin, `tensor "${name}" starts at byte ${begin}, expected ${cursor}`);
    cursor = end;
  }
  if (cursor !== dataBytes) throw invalid(origin, `its tensors need ${cursor} bytes, the file has ${dataBytes}`);
  return placed;
}

function placement(name: string, value: unknown, origin: string): Placement {
  const entry = tensorEntry.safeParse(value);
  if (!entry.success) throw invalid(origin, `tensor "${name}" needs dtype, shape and data_offsets`);
  const { dtype, shape } = entry.data;
  const [begin, end] = entry.data.data_offsets;
  if (dtype !== 'F32' && dtype !== 'I64') {
    throw invalid(origin, `tensor "${name}" is ${dtype}; Sluice reads F32 and I64, so convert it first`);
  }
  const bytes = elements(shape) * dtypes[dtype].BYTES_PER_ELEMENT;
  if (end - begin !== bytes) {
    throw invalid(
      origin,
      `tensor "${name}" of shape [${shape.join(', ')}] needs ${bytes} bytes, it has ${end - begin}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function invalid(origin: string, reason: string, cause?: unknown): SluiceError {
  return new SluiceError('safetensors-invalid', `${origin} is not a valid safetensors file: ${reason}.`, { cause });
}
