/*
 * IEEE 754 binary16 from and to binary32 by their bits, to the nearest, ties to even: as in FP16 of Maratyszcza
 * (github.com/Maratyszcza/FP16), whose additions round where the bits go.
 */

/** The bits of four products as binary16, in the lower half of each lane. */
@inline
function halvesOf(value: v128): v128 {
  const magnitude = v128.and(value, i32x4.splat(0x7fffffff));
  const doubled = i32x4.shl(value, 1);
  const bias = i32x4.max_u(v128.and(doubled, i32x4.splat(0xff000000)), i32x4.splat(0x71000000));
  // 2¹¹² and 2⁻¹¹⁰: what is beyond the largest becomes infinite, and nothing else changes but by 4.
  const scaled = f32x4.mul(f32x4.mul(magnitude, f32x4.splat(reinterpret<f32>(0x77800000))), f32x4.splat(reinterpret<f32>(0x08800000)));
  const rounded = f32x4.add(i32x4.add(i32x4.shr_u(bias, 1), i32x4.splat(0x07800000)), scaled);
  const exponent = v128.and(i32x4.shr_u(rounded, 13), i32x4.splat(0x7c00));
  const bits = i32x4.add(exponent, v128.and(rounded, i32x4.splat(0xfff)));
  return v128.or(v128.and(i32x4.shr_u(value, 16), i32x4.splat(0x8000)), bits);
}

/** Writes value · factor as binary16; gives the bits of the largest magnitude of the products, wrong where that is too large. */
export function narrow(values: usize, count: i32, factor: f32, out: usize): u32 {
  const factors = f32x4.splat(factor);
  let largest = i32x4.splat(0);
  for (; count > 0; count -= 4, values += 16, out += 8) {
    const product = f32x4.mul(v128.load(values), factors);
    largest = i32x4.max_u(largest, v128.and(product, i32x4.splat(0x7fffffff)));
    const halves = halvesOf(product);
    v128.store64_lane(out, v128.shuffle<i16>(halves, halves, 0, 2, 4, 6, 0, 2, 4, 6), 0);
  }
  return most(largest);
}

/** Writes value · factor of binary16 values; gives the bits of the largest magnitude of what comes out. */
export function widen(halves: usize, count: i32, factor: f32, out: usize): u32 {
  const factors = f32x4.splat(factor);
  let largest = i32x4.splat(0);
  for (; count > 0; count -= 4, halves += 8, out += 16) {
    const wide = i32x4.shl(i32x4.extend_low_i16x8_u(v128.load64_zero(halves)), 16);
    const doubled = i32x4.shl(wide, 1);
    const normal = f32x4.mul(
      i32x4.add(i32x4.shr_u(doubled, 4), i32x4.splat(0x70000000)),
      f32x4.splat(reinterpret<f32>(0x07800000)),
    );
    const subnormal = f32x4.sub(v128.or(i32x4.shr_u(doubled, 17), i32x4.splat(0x3f000000)), f32x4.splat(0.5));
    const value = v128.or(
      v128.and(wide, i32x4.splat(0x80000000)),
      v128.bitselect(subnormal, normal, i32x4.lt_u(doubled, i32x4.splat(0x08000000))),
    );
    const product = f32x4.mul(value, factors);
    largest = i32x4.max_u(largest, v128.and(product, i32x4.splat(0x7fffffff)));
    v128.store(out, product);
  }
  return most(largest);
}

@inline
function most(lanes: v128): u32 {
  const halved = i32x4.max_u(lanes, v128.shuffle<i32>(lanes, lanes, 2, 3, 2, 3));
  return <u32>max(<u32>i32x4.extract_lane(halved, 0), <u32>i32x4.extract_lane(halved, 1));
}
