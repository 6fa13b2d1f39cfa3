import { mkdir, open, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import { mapAtOnce } from './at-once.ts';
import type { Admit } from './archive.ts';

/**
 * Unpacks zips (APPNOTE.TXT 6.3.10, zip64 included) by their directory, which is at the end. Members are unpacked in
 * memory, checked against size and CRC-32 and then written.
 */

const membersAtOnce = 4;
const largestMember = 2 ** 30;
const largestDirectory = 2 ** 30;
/** An end record and the longest comment behind it, and the locator of zip64 before it. */
const longestEnd = 22 + 0xffff + 20;

const signatures = { end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50, member: 0x02014b50, local: 0x04034b50 };
const symbolicLink = 0o120000;

interface ZipMember {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly packed: number;
  readonly crc: number;
  readonly deflated: boolean;
  /** Of its local header. */
  readonly at: number;
}

async function readExactly(handle: FileHandle, length: number, at: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, at);
  if (bytesRead < length) throw new Error('it ends early');
  return buffer;
}

/** The directory's bytes and how many members it has. */
async function readDirectory(handle: FileHandle): Promise<{ bytes: Buffer; members: number }> {
  const { size } = await handle.stat();
  const tailAt = Math.max(0, size - longestEnd);
  const tail = await readExactly(handle, size - tailAt, tailAt);
  let end = tail.length - 22;
  while (end >= 0 && tail.readUInt32LE(end) !== signatures.end) end--;
  if (end < 0) throw new Error('it has no directory, so it is no zip or ends early');
  let place = {
    members: tail.readUInt16LE(end + 10),
    bytes: tail.readUInt32LE(end + 12),
    at: tail.readUInt32LE(end + 16),
  };
  if (end >= 20 && tail.readUInt32LE(end - 20) === signatures.locator64) {
    const end64 = await readExactly(handle, 56, Number(tail.readBigUInt64LE(end - 12)));
    if (end64.readUInt32LE(0) !== signatures.end64) throw new Error('its directory is damaged');
    const [members, bytes, at] = [32, 40, 48].map((offset) => Number(end64.readBigUInt64LE(offset)));
    place = { members, bytes, at };
  }
  if (place.bytes > largestDirectory || place.at + place.bytes > size) throw new Error('its directory is damaged');
  return { bytes: await readExactly(handle, place.bytes, place.at), members: place.members };
}

function* membersOf(directory: Buffer, members: number): Generator<ZipMember> {
  let at = 0;
  for (let i = 0; i < members; i++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== signatures.member) {
      throw new Error(`its directory is damaged at member ${i}`);
    }
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => directory.readUInt16LE(at + offset));
    const name = nameOf(directory.subarray(at + 46, at + 46 + nameLength));
    const flags = directory.readUInt16LE(at + 8);
    const method = directory.readUInt16LE(at + 10);
    const folder = name.endsWith('/');
    const link = ((directory.readUInt32LE(at + 38) >>> 16) & 0o170000) === symbolicLink;
    if (flags & 1) throw new Error(`"${name}" is encrypted; unpack it yourself and import the folder`);
    if (method !== 0 && method !== 8) {
      throw new Error(`"${name}" is packed by method ${method}; unpack it yourself and import the folder`);
    }
    const extra = directory.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
    const [size, packed, local] = wide(
      [24, 20, 42].map((offset) => directory.readUInt32LE(at + offset)),
      extra,
    );
    yield {
      name,
      size,
      packed,
      at: local,
      deflated: method === 8,
      type: link ? 'symbolic link' : folder ? 'folder' : 'file',
      crc: directory.readUInt32LE(at + 16),
    };
    at += 46 + nameLength + extraLength + commentLength;
  }
}

/** Sizes and place that do not fit 32 bits stand in zip64's extra field, in this order. */
function wide(values: readonly number[], extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let next = at + 4;
    return values.map((value) => {
      if (value !== 0xffffffff) return value;
      next += 8;
      return Number(extra.readBigUInt64LE(next - 8));
    });
  }
  return [...values];
}

/** UTF-8 where it is that, as nearly all programs write; a folder's name ends in a slash, whoever wrote it. */
function nameOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return (text.includes('\ufffd') ? bytes.toString('latin1') : text).replaceAll('\\', '/');
}

async function contentOf(handle: FileHandle, { name, size, packed, crc, deflated, at }: ZipMember): Promise<Buffer> {
  if (Math.max(size, packed) > largestMember) {
    throw new Error(`"${name}" has more than ${largestMember} bytes; unpack it yourself and import the folder`);
  }
  const local = await readExactly(handle, 30, at);
  if (local.readUInt32LE(0) !== signatures.local) throw new Error(`"${name}" is not where the directory says`);
  const stored = await readExactly(handle, packed, at + 30 + local.readUInt16LE(26) + local.readUInt16LE(28));
  const content = deflated
    ? ((await promisify(inflateRaw)(stored, { maxOutputLength: Math.max(1, size) })) as Buffer)
    : stored;
  if (content.length !== size || crc32(content) !== crc) throw new Error(`"${name}" is damaged`);
  return content;
}

/** Two members of one name, as the disk has it, would silently be one file. */
async function writeNew(target: string, name: string, content: Buffer): Promise<void> {
  try {
    await writeFile(target, content, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new Error(`it holds "${name}" twice`, { cause: error });
    throw error;
  }
}

/** Rejects with what `admit` throws, or with why the archive cannot be read. */
export async function unzip(
  path: string,
  into: string,
  admit: Admit,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const handle = await open(path);
  try {
    const { bytes, members } = await readDirectory(handle);
    const wanted = [...membersOf(bytes, members)].filter(admit);
    const total = wanted.reduce((sum, { size }) => sum + size, 0);
    let done = 0;
    await mapAtOnce(wanted, membersAtOnce, async (member) => {
      const target = join(into, member.name);
      await mkdir(member.type === 'folder' ? target : dirname(target), { recursive: true });
      if (member.type === 'folder') return;
      await writeNew(target, member.name, await contentOf(handle, member));
      done += member.size;
      onProgress(done, total);
    });
  } finally {
    await handle.close();
  }
}
