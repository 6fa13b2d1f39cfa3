/** Magnitudes of float32 order as their bits do without the sign: three digits of 11, 10 and 10 bits. */
const sizes = 2048;

@inline
function magnitude(address: usize): u32 {
  return load<u32>(address) & 0x7fffffff;
}

@inline
function count(histogram: usize, digit: u32): void {
  const at = histogram + ((<usize>digit) << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** How often each digit comes among the magnitudes that begin with `prefix`, in two tables that take turns. */
function fill(plane: usize, rows: i32, histogram: usize, shift: u32, size: u32, known: u32, prefix: u32): void {
  const other = histogram + ((<usize>sizes) << 2), mask = size - 1;
  memory.fill(histogram, 0, sizes << 3);
  if (known == 0) {
    for (; rows >= 2; rows -= 2, plane += 8) {
      count(histogram, (magnitude(plane) >>> shift) & mask);
      count(other, (magnitude(plane + 4) >>> shift) & mask);
    }
  }
  const knowns = i32x4.splat(known), prefixes = i32x4.splat(prefix);
  for (; rows >= 4; rows -= 4, plane += 16) {
    let hits = i32x4.bitmask(i32x4.eq(v128.and(v128.load(plane), knowns), prefixes));
    for (; hits != 0; hits &= hits - 1) {
      count(histogram, (magnitude(plane + ((<usize>ctz(hits)) << 2)) >>> shift) & mask);
    }
  }
  for (; rows > 0; rows--, plane += 4) {
    const own = magnitude(plane);
    if ((own & known) == prefix) count(histogram, (own >>> shift) & mask);
  }
}

/** All ones in each lane whose magnitude is above. */
@inline
function above(address: usize, limits: v128): v128 {
  return i32x4.gt_s(v128.and(v128.load(address), i32x4.splat(0x7fffffff)), limits);
}

function markAbove(plane: usize, rows: i32, limit: u32, marks: usize): void {
  const limits = i32x4.splat(limit);
  for (; rows >= 16; rows -= 16, plane += 64, marks += 16) {
    const low = i16x8.narrow_i32x4_s(above(plane, limits), above(plane + 16, limits));
    const high = i16x8.narrow_i32x4_s(above(plane + 32, limits), above(plane + 48, limits));
    v128.store(marks, v128.and(i8x16.narrow_i16x8_s(low, high), i8x16.splat(1)));
  }
  for (; rows > 0; rows--, plane += 4, marks++) store<u8>(marks, magnitude(plane) > limit ? 1 : 0);
}

/** Bits of the largest magnitude. */
export function largestMagnitude(plane: usize, rows: i32): u32 {
  const mask = i32x4.splat(0x7fffffff);
  let most = i32x4.splat(0);
  for (; rows >= 4; rows -= 4, plane += 16) most = i32x4.max_u(most, v128.and(v128.load(plane), mask));
  let largest = max(
    max(<u32>i32x4.extract_lane(most, 0), <u32>i32x4.extract_lane(most, 1)),
    max(<u32>i32x4.extract_lane(most, 2), <u32>i32x4.extract_lane(most, 3)),
  );
  for (; rows > 0; rows--, plane += 4) largest = max(largest, magnitude(plane));
  return largest;
}

/** Marks the `wanted` values of the largest magnitude with 1, the others with 0; of equal ones the first. */
export function markLargest(plane: usize, rows: i32, wanted: i32, histogram: usize, marks: usize): void {
  let left = <u32>wanted;
  let prefix: u32 = 0, known: u32 = 0;
  for (let shift: i32 = 20; shift >= 0; shift -= 10) {
    const size: u32 = shift == 20 ? 2048 : 1024;
    fill(plane, rows, histogram, shift, size, known, prefix);
    let digit = size - 1;
    let here: u32 = 0;
    while (true) {
      const at = histogram + ((<usize>digit) << 2);
      here = load<u32>(at) + load<u32>(at + ((<usize>sizes) << 2));
      if (here >= left) break;
      left -= here;
      digit--;
    }
    prefix |= digit << shift;
    known |= (size - 1) << shift;
  }
  markAbove(plane, rows, prefix, marks);
  for (let i: usize = 0; left > 0; i++) {
    if (magnitude(plane + (i << 2)) != prefix) continue;
    store<u8>(marks + i, 1);
    left--;
  }
}

/** Places and values of rows that are marked with 1 or 2. */
export function takeMarked(plane: usize, marks: usize, rows: i32, places: usize, values: usize): void {
  for (let r = 0; r < rows; r++, plane += 4, marks++) {
    // The next one is written over what is not taken.
    store<u32>(places, r);
    store<u32>(values, load<u32>(plane));
    const mark = <usize>load<u8>(marks);
    const taken = ((mark ^ (mark >> 1)) & 1) << 2;
    places += taken;
    values += taken;
  }
}
