/** Smallest and largest of a plane, as two floats to `out`; NaN where there is one. */
export function range(plane: usize, rows: i32, out: usize): void {
  let low = f32x4.splat(Infinity), high = f32x4.splat(-Infinity);
  let otherLow = low, otherHigh = high;
  let unordered = i32x4.splat(0);
  for (; rows >= 8; rows -= 8, plane += 32) {
    const a = v128.load(plane), b = v128.load(plane, 16);
    low = f32x4.pmin(low, a);
    high = f32x4.pmax(high, a);
    otherLow = f32x4.pmin(otherLow, b);
    otherHigh = f32x4.pmax(otherHigh, b);
    unordered = v128.or(unordered, v128.or(f32x4.ne(a, a), f32x4.ne(b, b)));
  }
  low = f32x4.pmin(low, otherLow);
  high = f32x4.pmax(high, otherHigh);
  let least = min(min(lane(low, 0), lane(low, 1)), min(lane(low, 2), lane(low, 3)));
  let most = max(max(lane(high, 0), lane(high, 1)), max(lane(high, 2), lane(high, 3)));
  for (; rows > 0; rows--, plane += 4) {
    // Both are NaN for one.
    least = min(least, load<f32>(plane));
    most = max(most, load<f32>(plane));
  }
  const known = !v128.any_true(unordered);
  store<f32>(out, known ? least : NaN);
  store<f32>(out, known ? most : NaN, 4);
}

@inline
function lane(vector: v128, i: i32): f32 {
  if (i == 0) return f32x4.extract_lane(vector, 0);
  if (i == 1) return f32x4.extract_lane(vector, 1);
  if (i == 2) return f32x4.extract_lane(vector, 2);
  return f32x4.extract_lane(vector, 3);
}

@inline
function highPair(values: v128): v128 {
  return v128.shuffle<i32>(values, values, 2, 3, 2, 3);
}

@inline
function storeBytes(to: usize, words: v128): void {
  const halves = i16x8.narrow_i32x4_s(words, words);
  v128.store32_lane(to, i8x16.narrow_i16x8_u(halves, halves), 0);
}

/** Levels round((value − offset) / scale), ties to even, at most `steps`. */
export function nearestLevels(plane: usize, rows: i32, offset: f64, scale: f64, steps: i32, out: usize): void {
  const offsets = f64x2.splat(offset), scales = f64x2.splat(scale), most = i32x4.splat(steps);
  for (; rows >= 4; rows -= 4, plane += 16, out += 4) {
    const v = v128.load(plane);
    const low = f64x2.nearest(f64x2.div(f64x2.sub(f64x2.promote_low_f32x4(v), offsets), scales));
    const high = f64x2.nearest(f64x2.div(f64x2.sub(f64x2.promote_low_f32x4(highPair(v)), offsets), scales));
    const all = v128.shuffle<i64>(i32x4.trunc_sat_f64x2_u_zero(low), i32x4.trunc_sat_f64x2_u_zero(high), 0, 2);
    storeBytes(out, i32x4.min_s(all, most));
  }
  for (; rows > 0; rows--, plane += 4, out++) {
    store<u8>(out, min(steps, <i32>nearest((<f64>load<f32>(plane) - offset) / scale)));
  }
}

/** The next of four generators: Marsaglia's xorshift (2003). */
@inline
function next(x: v128): v128 {
  x = v128.xor(x, i32x4.shl(x, 13));
  x = v128.xor(x, i32x4.shr_u(x, 17));
  return v128.xor(x, i32x4.shl(x, 5));
}

/**
 * Levels ((value − offset) · perLevel + noise + shift) >> 20, at most `steps`. The noise below 2²⁰ is that of four generators, whose
 * states at `state` go on; of states 0 there is none.
 */
export function levels(
  plane: usize,
  rows: i32,
  offset: f64,
  perLevel: f64,
  steps: i32,
  shift: i32,
  state: usize,
  out: usize,
): void {
  const offsets = f64x2.splat(offset), factors = f64x2.splat(perLevel);
  const shifts = i32x4.splat(shift), most = i32x4.splat(steps);
  let x = v128.load(state);
  for (; rows >= 4; rows -= 4, plane += 16, out += 4) {
    const v = v128.load(plane);
    const low = f64x2.mul(f64x2.sub(f64x2.promote_low_f32x4(v), offsets), factors);
    const high = f64x2.mul(f64x2.sub(f64x2.promote_low_f32x4(highPair(v)), offsets), factors);
    const exact = v128.shuffle<i64>(i32x4.trunc_sat_f64x2_s_zero(low), i32x4.trunc_sat_f64x2_s_zero(high), 0, 2);
    x = next(x);
    const level = i32x4.shr_s(i32x4.add(i32x4.add(exact, shifts), i32x4.shr_u(x, 12)), 20);
    storeBytes(out, i32x4.min_s(level, most));
  }
  if (rows > 0) x = next(x);
  v128.store(state, x);
  for (; rows > 0; rows--, plane += 4, out++, state += 4) {
    const exact = <i32>((<f64>load<f32>(plane) - offset) * perLevel);
    store<u8>(out, min(steps, (exact + shift + <i32>(load<u32>(state) >>> 12)) >> 20));
  }
}

/** Values offset + scale · level, computed in doubles. */
export function valuesOf(levels: usize, rows: i32, offset: f64, scale: f64, out: usize): void {
  const offsets = f64x2.splat(offset), scales = f64x2.splat(scale);
  for (; rows >= 4; rows -= 4, levels += 4, out += 16) {
    const words = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(levels)));
    const low = f64x2.add(f64x2.mul(f64x2.convert_low_i32x4_u(words), scales), offsets);
    const high = f64x2.add(f64x2.mul(f64x2.convert_low_i32x4_u(highPair(words)), scales), offsets);
    v128.store(out, v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2));
  }
  for (; rows > 0; rows--, levels++, out += 4) store<f32>(out, <f32>(offset + scale * <f64>load<u8>(levels)));
}
