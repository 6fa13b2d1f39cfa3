/** plane += from */
export function add(plane: usize, rows: i32, from: usize): void {
  for (; rows >= 4; rows -= 4, plane += 16, from += 16) {
    v128.store(plane, f32x4.add(v128.load(plane), v128.load(from)));
  }
  for (; rows > 0; rows--, plane += 4, from += 4) store<f32>(plane, load<f32>(plane) + load<f32>(from));
}

/** In doubles, one after another. */
export function sumOfMagnitudes(plane: usize, rows: i32): f64 {
  let sum: f64 = 0;
  for (; rows > 0; rows--, plane += 4) sum += <f64>abs(load<f32>(plane));
  return sum;
}

/** What values differ by from `scale` with their sign. */
export function residue(plane: usize, rows: i32, scale: f32, out: usize): void {
  const scales = f32x4.splat(scale), zero = f32x4.splat(0), sign = i32x4.splat(0x80000000);
  for (; rows >= 4; rows -= 4, plane += 16, out += 16) {
    const v = v128.load(plane);
    v128.store(out, f32x4.sub(v, v128.or(scales, v128.and(f32x4.lt(v, zero), sign))));
  }
  for (; rows > 0; rows--, plane += 4, out += 4) {
    const v = load<f32>(plane);
    store<f32>(out, v - (v < 0 ? -scale : scale));
  }
}
