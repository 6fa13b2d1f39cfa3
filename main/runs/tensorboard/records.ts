/**
 * TFRecord, in which event files of TensorBoard are written: length (u64), its masked CRC-32C, the bytes, their masked
 * CRC-32C, all little-endian.
 */

const polynomial = 0x82f63b78;
const maskDelta = 0xa282ead8;
const headBytes = 12;
const footBytes = 4;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ polynomial : sum >>> 1;
  return sum;
});

/** CRC-32C (Castagnoli), which neither Node nor zlib has. */
export function crc32c(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = table[(sum ^ byte) & 0xff] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

function masked(bytes: Uint8Array): number {
  const sum = crc32c(bytes);
  return (((sum >>> 15) | (sum << 17)) + maskDelta) >>> 0;
}

/** A record around these bytes. */
export function frame(bytes: Uint8Array): Buffer {
  const record = Buffer.alloc(headBytes + bytes.length + footBytes);
  record.writeBigUInt64LE(BigInt(bytes.length));
  record.writeUInt32LE(masked(record.subarray(0, 8)), 8);
  record.set(bytes, headBytes);
  record.writeUInt32LE(masked(bytes), headBytes + bytes.length);
  return record;
}

/**
 * The bytes of each record of a file. One that is cut off at the end is left out: its writer may not be done. Throws an
 * Error that says where a record is not as it was written.
 */
export function* framed(file: Buffer): Generator<Buffer> {
  for (let at = 0; at + headBytes + footBytes <= file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    if (file.readUInt32LE(at + 8) !== masked(file.subarray(at, at + 8))) {
      throw new Error(`the length of the record at byte ${at} is not as it was written`);
    }
    const end = at + headBytes + length;
    if (end + footBytes > file.length) return;
    const bytes = file.subarray(at + headBytes, end);
    if (file.readUInt32LE(end) !== masked(bytes)) {
      throw new Error(`the record at byte ${at} is not as it was written`);
    }
    yield bytes;
    at = end + footBytes;
  }
}
