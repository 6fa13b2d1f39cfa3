/*
 * Eight numbers of a byte each, at most `bits` of them, and the `bits` bytes that they take: neighbours move together, in
 * pairs, then pairs of pairs, then the halves. What is written goes up to eight bytes beyond its end.
 */

@inline
function gathered(word: u64, bits: u64): u64 {
  word = (word & 0x00ff00ff00ff00ff) | ((word & 0xff00ff00ff00ff00) >> (8 - bits));
  word = (word & 0x0000ffff0000ffff) | ((word & 0xffff0000ffff0000) >> (16 - 2 * bits));
  return (word & 0xffffffff) | ((word & 0xffffffff00000000) >> (32 - 4 * bits));
}

@inline
function spread(word: u64, bits: u64): u64 {
  const half = (<u64>1 << (4 * bits)) - 1;
  word = (word & half) | (((word >> (4 * bits)) & half) << 32);
  const pair = ((<u64>1 << (2 * bits)) - 1) * 0x0000000100000001;
  word = (word & pair) | (((word >> (2 * bits)) & pair) << 16);
  const one = ((<u64>1 << bits) - 1) * 0x0001000100010001;
  return (word & one) | (((word >> bits) & one) << 8);
}

/** Writes the lowest `bits` of each byte one after another, the lowest bit first. */
export function pack(numbers: usize, count: i32, bits: i32, out: usize): void {
  for (; count >= 8; count -= 8, numbers += 8, out += bits) store<u64>(out, gathered(load<u64>(numbers), bits));
  if (count == 0) return;
  let word: u64 = 0;
  for (let i = 0; i < count; i++) word |= <u64>load<u8>(numbers + i) << (<u64>i << 3);
  store<u64>(out, gathered(word, bits));
}

/** Reads what `pack` wrote. */
export function unpack(bytes: usize, count: i32, bits: i32, out: usize): void {
  for (; count > 0; count -= 8, bytes += bits, out += 8) store<u64>(out, spread(load<u64>(bytes), bits));
}

/** The same for words of at most 24 bits. */
export function packWords(numbers: usize, count: i32, bits: i32, out: usize): void {
  let held: u64 = 0, waiting: u64 = 0;
  for (; count > 0; count--, numbers += 4) {
    held |= <u64>load<u32>(numbers) << waiting;
    waiting += bits;
    store<u64>(out, held);
    const whole = waiting >> 3;
    out += <usize>whole;
    held >>= whole << 3;
    waiting &= 7;
  }
}

export function unpackWords(bytes: usize, count: i32, bits: i32, out: usize): void {
  const mask = (<u64>1 << bits) - 1;
  let at: u64 = 0;
  for (; count > 0; count--, at += bits, out += 4) {
    store<u32>(out, <u32>((load<u64>(bytes + <usize>(at >> 3)) >> (at & 7)) & mask));
  }
}

/** A bit for each value, 1 for those below 0. */
export function signs(plane: usize, rows: i32, out: usize): void {
  const zero = f32x4.splat(0);
  for (; rows >= 8; rows -= 8, plane += 32, out++) {
    const low = i32x4.bitmask(f32x4.lt(v128.load(plane), zero));
    store<u8>(out, low | (i32x4.bitmask(f32x4.lt(v128.load(plane, 16), zero)) << 4));
  }
  if (rows == 0) return;
  let byte = 0;
  for (let i = 0; i < rows; i++) byte |= <i32>(load<f32>(plane + ((<usize>i) << 2)) < 0) << i;
  store<u8>(out, byte);
}
