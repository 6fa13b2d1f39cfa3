import { floats } from './memory';

/**
 * The transforms of Winograd's convolution F(2×2, 3×3) (Lavin and Gray, 2016): 3×3 filters at stride 1 and padding 1,
 * 2×2 results a tile from 16 products where there would be 36. Tile t of an image with `across` tiles a line begins at
 * pixel (2⌊t / across⌋, 2(t mod across)). Transformed values lie in 16 planes, `plane` floats apart, and are
 * row-major there: [tiles, maps] or [in, out]. The maps are a multiple of 4.
 */

/** x·a + y·b. */
@inline
function mix(x: v128, a: v128, y: v128, b: v128): v128 {
  return f32x4.add(f32x4.mul(x, a), f32x4.mul(y, b));
}

/** Where pixel (row, column) of an image lies, or the zeros when there is none. */
@inline
function pixelAt(image: usize, row: i32, column: i32, height: i32, width: i32, maps: i32, zeros: usize): usize {
  const inside = row >= 0 && row < height && column >= 0 && column < width;
  return inside ? image + floats((row * width + column) * maps) : zeros;
}

/** Bᵀ d B for tiles [from, to) of x; `zeros` holds as many zeros as there are maps. */
export function winogradInput(
  x: usize,
  planes: usize,
  plane: i32,
  height: i32,
  width: i32,
  maps: i32,
  from: i32,
  to: i32,
  zeros: usize,
): void {
  const across = (width + 1) >> 1, perImage = ((height + 1) >> 1) * across;
  for (let tile = from; tile < to; tile++, planes += floats(maps)) {
    const n = tile / perImage, t = tile - n * perImage;
    const image = x + <usize>n * floats(height * width * maps);
    const top = 2 * (t / across) - 1, left = 2 * (t % across) - 1;
    for (let i = 0; i < 4; i++) {
      const first = top + (i == 0 ? 0 : i == 2 ? 2 : 1), second = top + (i == 3 ? 3 : i == 2 ? 1 : 2);
      const sign = f32x4.splat(i == 1 ? 1 : -1);
      const a0 = pixelAt(image, first, left, height, width, maps, zeros);
      const a1 = pixelAt(image, first, left + 1, height, width, maps, zeros);
      const a2 = pixelAt(image, first, left + 2, height, width, maps, zeros);
      const a3 = pixelAt(image, first, left + 3, height, width, maps, zeros);
      const b0 = pixelAt(image, second, left, height, width, maps, zeros);
      const b1 = pixelAt(image, second, left + 1, height, width, maps, zeros);
      const b2 = pixelAt(image, second, left + 2, height, width, maps, zeros);
      const b3 = pixelAt(image, second, left + 3, height, width, maps, zeros);
      const v0 = planes + floats(4 * i * plane), v1 = v0 + floats(plane), v2 = v1 + floats(plane), v3 = v2 + floats(plane);
      for (let at: usize = 0, end = floats(maps); at < end; at += 16) {
        const d0 = f32x4.add(v128.load(a0 + at), f32x4.mul(v128.load(b0 + at), sign));
        const d1 = f32x4.add(v128.load(a1 + at), f32x4.mul(v128.load(b1 + at), sign));
        const d2 = f32x4.add(v128.load(a2 + at), f32x4.mul(v128.load(b2 + at), sign));
        const d3 = f32x4.add(v128.load(a3 + at), f32x4.mul(v128.load(b3 + at), sign));
        v128.store(v0 + at, f32x4.sub(d0, d2));
        v128.store(v1 + at, f32x4.add(d1, d2));
        v128.store(v2 + at, f32x4.sub(d2, d1));
        v128.store(v3 + at, f32x4.sub(d1, d3));
      }
    }
  }
}

/** y = Aᵀ m A for tiles [from, to). */
export function winogradOutput(
  planes: usize,
  y: usize,
  plane: i32,
  height: i32,
  width: i32,
  maps: i32,
  from: i32,
  to: i32,
): void {
  const across = (width + 1) >> 1, perImage = ((height + 1) >> 1) * across;
  const step = floats(plane);
  for (let tile = from; tile < to; tile++, planes += floats(maps)) {
    const n = tile / perImage, t = tile - n * perImage;
    const row = 2 * (t / across), column = 2 * (t % across);
    for (let i = 0; i < 2 && row + i < height; i++) {
      const sign = f32x4.splat(i == 0 ? 1 : -1);
      const y0 = y + floats(((n * height + row + i) * width + column) * maps);
      const y1 = column + 1 < width ? y0 + floats(maps) : 0;
      for (let at: usize = 0, end = floats(maps); at < end; at += 16) {
        const m = planes + <usize>(4 * i) * step + at;
        const e0 = column3(m, step, sign), e1 = column3(m + step, step, sign);
        const e2 = column3(m + 2 * step, step, sign), e3 = column3(m + 3 * step, step, sign);
        v128.store(y0 + at, f32x4.add(f32x4.add(e0, e1), e2));
        if (y1) v128.store(y1 + at, f32x4.sub(f32x4.sub(e1, e2), e3));
      }
    }
  }
}

/** a + sign·(b + c) of three planes of a column. */
@inline
function column3(m: usize, step: usize, sign: v128): v128 {
  const rest = f32x4.add(v128.load(m + 4 * step), v128.load(m + 8 * step));
  return f32x4.add(v128.load(m), f32x4.mul(rest, sign));
}

/** A dy Aᵀ for tiles [from, to) of dy: the adjoint of winogradOutput. */
export function winogradOutputGrad(
  dy: usize,
  planes: usize,
  plane: i32,
  height: i32,
  width: i32,
  maps: i32,
  from: i32,
  to: i32,
  zeros: usize,
): void {
  const across = (width + 1) >> 1, perImage = ((height + 1) >> 1) * across;
  for (let tile = from; tile < to; tile++, planes += floats(maps)) {
    const n = tile / perImage, t = tile - n * perImage;
    const image = dy + <usize>n * floats(height * width * maps);
    const row = 2 * (t / across), column = 2 * (t % across);
    const a0 = pixelAt(image, row, column, height, width, maps, zeros);
    const a1 = pixelAt(image, row, column + 1, height, width, maps, zeros);
    const b0 = pixelAt(image, row + 1, column, height, width, maps, zeros);
    const b1 = pixelAt(image, row + 1, column + 1, height, width, maps, zeros);
    for (let i = 0; i < 4; i++) {
      const first = f32x4.splat(i == 3 ? 0 : 1), second = f32x4.splat(i == 0 ? 0 : i == 1 ? 1 : -1);
      const w0 = planes + floats(4 * i * plane), w1 = w0 + floats(plane), w2 = w1 + floats(plane), w3 = w2 + floats(plane);
      for (let at: usize = 0, end = floats(maps); at < end; at += 16) {
        const d0 = mix(v128.load(a0 + at), first, v128.load(b0 + at), second);
        const d1 = mix(v128.load(a1 + at), first, v128.load(b1 + at), second);
        v128.store(w0 + at, d0);
        v128.store(w1 + at, f32x4.add(d0, d1));
        v128.store(w2 + at, f32x4.sub(d0, d1));
        v128.store(w3 + at, f32x4.neg(d1));
      }
    }
  }
}

/** G g Gᵀ of `count` filters; tap (i, j) of filter f is at g[(3i + j)·taps + f]. */
export function winogradFilter(g: usize, planes: usize, plane: i32, taps: i32, count: i32): void {
  const step = floats(plane), line = floats(3 * taps), half = f32x4.splat(0.5);
  for (; count > 0; count -= 4, g += 16, planes += 16) {
    for (let i = 0; i < 4; i++) {
      const a = filterRow(g, line, i), b = filterRow(g + floats(taps), line, i);
      const c = filterRow(g + floats(2 * taps), line, i);
      const u = planes + <usize>(4 * i) * step;
      const outer = f32x4.mul(f32x4.add(a, c), half), inner = f32x4.mul(b, half);
      v128.store(u, a);
      v128.store(u + step, f32x4.add(outer, inner));
      v128.store(u + 2 * step, f32x4.sub(outer, inner));
      v128.store(u + 3 * step, c);
    }
  }
}

/** Row i of G times a column of a filter. */
@inline
function filterRow(g: usize, line: usize, i: i32): v128 {
  if (i == 0) return v128.load(g);
  if (i == 3) return v128.load(g + 2 * line);
  const outer = f32x4.add(v128.load(g), v128.load(g + 2 * line)), inner = v128.load(g + line);
  return f32x4.mul(i == 1 ? f32x4.add(outer, inner) : f32x4.sub(outer, inner), f32x4.splat(0.5));
}

/** Gᵀ s G of `count` filters: the adjoint of winogradFilter. */
export function winogradFilterGrad(planes: usize, dg: usize, plane: i32, taps: i32, count: i32): void {
  const step = floats(plane), half = f32x4.splat(0.5);
  for (; count > 0; count -= 4, dg += 16, planes += 16) {
    for (let i = 0; i < 3; i++) {
      const a = gradRow(planes, step, i), b = gradRow(planes + step, step, i);
      const c = gradRow(planes + 2 * step, step, i), d = gradRow(planes + 3 * step, step, i);
      const outer = f32x4.mul(f32x4.add(b, c), half);
      const to = dg + floats(3 * i * taps);
      v128.store(to, f32x4.add(a, outer));
      v128.store(to + floats(taps), f32x4.mul(f32x4.sub(b, c), half));
      v128.store(to + floats(2 * taps), f32x4.add(outer, d));
    }
  }
}

/** Row i of Gᵀ times a column of planes. */
@inline
function gradRow(planes: usize, step: usize, i: i32): v128 {
  const second = v128.load(planes + 4 * step), third = v128.load(planes + 8 * step), half = f32x4.splat(0.5);
  if (i == 1) return f32x4.mul(f32x4.sub(second, third), half);
  const outer = f32x4.mul(f32x4.add(second, third), half);
  return f32x4.add(outer, v128.load(i == 0 ? planes : planes + 12 * step));
}
