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

/**
 * The same for numbers of a byte each, at most 8 bits of them: eight at a time, which are so many bytes as a number has bits.
 */
export function packSmall(numbers: Uint8Array, bits: number, out: Uint8Array, at: number): void {
  if (bits === 8) {
    out.set(numbers, at);
    return;
  }
  const whole = numbers.length - (numbers.length % 8);
  const quarter = 4 * bits;
  for (let i = 0; i < whole; i += 8) {
    const low = four(numbers, i, bits);
    const high = four(numbers, i + 4, bits);
    let word = low | (high << quarter);
    let rest = high >>> (32 - quarter);
    for (const end = at + bits; at < end; at++) {
      out[at] = word;
      word = (word >>> 8) | (rest << 24);
      rest >>>= 8;
    }
  }
  const left = numbers.subarray(whole);
  packBits(Uint32Array.from(left), left.length, bits, out, at);
}

function four(numbers: Uint8Array, i: number, bits: number): number {
  return numbers[i] | (numbers[i + 1] << bits) | (numbers[i + 2] << (2 * bits)) | (numbers[i + 3] << (3 * bits));
}

/** Reads what `packSmall` wrote: as many numbers as there is place for. */
export function unpackSmall(bytes: Uint8Array, at: number, bits: number, numbers: Uint8Array): void {
  if (bits === 8) {
    numbers.set(bytes.subarray(at, at + numbers.length));
    return;
  }
  const whole = numbers.length - (numbers.length % 8);
  const mask = 2 ** bits - 1;
  const quarter = 4 * bits;
  for (let i = 0; i < whole; i += 8) {
    let word = 0;
    let rest = 0;
    for (let j = 0; j < bits; j++, at++) {
      if (j < 4) word |= bytes[at] << (8 * j);
      else rest |= bytes[at] << (8 * j - 32);
    }
    const high = (word >>> quarter) | (rest << (32 - quarter));
    for (let j = 0, to = 0; j < 4; j++, to += bits) {
      numbers[i + j] = (word >>> to) & mask;
      numbers[i + 4 + j] = (high >>> to) & mask;
    }
  }
  const left = new Uint32Array(numbers.length - whole);
  unpackBits(bytes, at, bits, left, left.length);
  numbers.set(left, whole);
}
