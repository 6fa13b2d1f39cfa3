/** Bytes that so many numbers of so many bits take. */
export function packedBytes(numbers: number, bits: number): number {
  return Math.ceil((numbers * bits) / 8);
}

/** Writes the lowest `bits` (at most 24) of each number one after another from a byte on, the lowest bit first. */
export function packBits(numbers: Uint32Array, count: number, bits: number, out: Uint8Array, at: number): void {
  let held = 0;
  let waiting = 0;
  for (let i = 0; i < count; i++) {
    held |= numbers[i] << waiting;
    waiting += bits;
    while (waiting >= 8) {
      out[at++] = held;
      held >>>= 8;
      waiting -= 8;
    }
  }
  if (waiting > 0) out[at] = held;
}

/** Reads what `packBits` wrote. */
export function unpackBits(bytes: Uint8Array, at: number, bits: number, numbers: Uint32Array, count: number): void {
  const mask = 2 ** bits - 1;
  let held = 0;
  let waiting = 0;
  for (let i = 0; i < count; i++) {
    while (waiting < bits) {
      held |= bytes[at++] << waiting;
      waiting += 8;
    }
    numbers[i] = held & mask;
    held >>>= bits;
    waiting -= bits;
  }
}
