import { addTo, copy, floats } from './memory';

/**
 * Matrix product for machines without a BLAS. Blocks of op(A), ROWS_OF_A × DEPTH, and of op(B), DEPTH × COLUMNS_OF_B,
 * are packed to lie in the second-level cache; of C a ROWS × COLUMNS tile at a time stays in registers.
 */
const ROWS: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 4;
const COLUMNS: i32 = 8;
const DEPTH: i32 = 256;
const ROWS_OF_A: i32 = 96;
const COLUMNS_OF_B: i32 = 256;

@inline
function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

/**
 * to[ROWS, COLUMNS] = A panel [depth, ROWS] ᵀ · B panel [depth, COLUMNS]. V8 keeps it in 15 registers only while the
 * function does nothing else, so it is exported to stay a function; separate multiply and add leave room for 4 rows.
 */
export function tile(a: usize, b: usize, depth: i32, to: usize): void {
  let c00 = f32x4.splat(0), c10 = c00, c20 = c00, c30 = c00, c40 = c00, c50 = c00;
  let c01 = c00, c11 = c00, c21 = c00, c31 = c00, c41 = c00, c51 = c00;
  for (; depth > 0; depth--, a += floats(ROWS), b += floats(COLUMNS)) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load_splat<f32>(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load_splat<f32>(a, 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load_splat<f32>(a, 8);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load_splat<f32>(a, 12);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    if (ROWS == 6) {
      x = v128.load_splat<f32>(a, 16);
      c40 = madd(x, b0, c40);
      c41 = madd(x, b1, c41);
      x = v128.load_splat<f32>(a, 20);
      c50 = madd(x, b0, c50);
      c51 = madd(x, b1, c51);
    }
  }
  v128.store(to, c00);
  v128.store(to, c01, 16);
  v128.store(to, c10, 32);
  v128.store(to, c11, 48);
  v128.store(to, c20, 64);
  v128.store(to, c21, 80);
  v128.store(to, c30, 96);
  v128.store(to, c31, 112);
  if (ROWS == 6) {
    v128.store(to, c40, 128);
    v128.store(to, c41, 144);
    v128.store(to, c50, 160);
    v128.store(to, c51, 176);
  }
}

/** C = tile + beta · C, for the part of the tile that lies inside C. */
function put(from: usize, c: usize, ldc: usize, rows: i32, columns: i32, beta: f32): void {
  for (let row = 0; row < rows; row++, from += floats(COLUMNS), c += ldc) {
    if (beta == 0) copy(c, from, columns);
    else addTo(c, beta, from, columns);
  }
}

/** Four floats from each of four rows, `stride` apart, to four rows of `width` floats, transposed. */
@inline
function transpose4(from: usize, stride: usize, to: usize, width: i32): void {
  const r0 = v128.load(from), r1 = v128.load(from + stride);
  const r2 = v128.load(from + 2 * stride), r3 = v128.load(from + 3 * stride);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(to + floats(width), v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
  v128.store(to + floats(2 * width), v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  v128.store(to + floats(3 * width), v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
}

/**
 * Packs `count` ≤ width lines that lie along the depth (stride apart) into a panel [depth, width], zeros beyond.
 * A width of 6 is two overlapping fours.
 */
function packLines(from: usize, stride: usize, count: i32, depth: i32, to: usize, width: i32): void {
  let d = 0;
  if (count == width) {
    for (; d + 4 <= depth; d += 4, from += 16, to += floats(4 * width)) {
      transpose4(from, stride, to, width);
      const last = width - 4;
      transpose4(from + <usize>last * stride, stride, to + floats(last), width);
    }
  }
  for (; d < depth; d++, from += 4, to += floats(width)) {
    for (let i = 0; i < width; i++) store<f32>(to + floats(i), i < count ? load<f32>(from + <usize>i * stride) : 0);
  }
}

/** Packs `count` ≤ width lines that lie side by side, depths `stride` apart, the same way. */
function packColumns(from: usize, stride: usize, count: i32, depth: i32, to: usize, width: i32): void {
  for (let d = 0; d < depth; d++, from += stride, to += floats(width)) {
    if (count == width) {
      v128.store(to, v128.load(from));
      v128.store(to + floats(width - 4), v128.load(from + floats(width - 4)));
    } else {
      for (let i = 0; i < width; i++) store<f32>(to + floats(i), i < count ? load<f32>(from + floats(i)) : 0);
    }
  }
}

/** Packs lines [first, end) of op(X) at depths [start, start + depth) as panels of `width` lines. */
function pack(
  x: usize,
  ld: i32,
  alongDepth: bool,
  first: i32,
  end: i32,
  start: i32,
  depth: i32,
  to: usize,
  width: i32,
): void {
  for (let line = first; line < end; line += width, to += floats(width * depth)) {
    const count = min(width, end - line);
    if (alongDepth) packLines(x + floats(line) * <usize>ld + floats(start), floats(ld), count, depth, to, width);
    else packColumns(x + floats(start) * <usize>ld + floats(line), floats(ld), count, depth, to, width);
  }
}

/**
 * C = op(A) · op(B) + beta · C, where a beta of 0 never reads C; op(A) is [m, k], op(B) [k, n]; rows lie lda, ldb, ldc floats apart.
 * `scratch`: 4 · (ROWS_OF_A · DEPTH + DEPTH · COLUMNS_OF_B + ROWS · COLUMNS) bytes, less than half a megabyte.
 */
export function gemm(
  transposeA: bool,
  transposeB: bool,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  lda: i32,
  b: usize,
  ldb: i32,
  beta: f32,
  c: usize,
  ldc: i32,
  scratch: usize,
): void {
  const packedA = scratch, packedB = packedA + floats(ROWS_OF_A * DEPTH);
  const corner = packedB + floats(DEPTH * COLUMNS_OF_B);
  for (let start = 0; start < k; start += DEPTH) {
    const depth = min(DEPTH, k - start);
    for (let left = 0; left < n; left += COLUMNS_OF_B) {
      const right = min(n, left + COLUMNS_OF_B);
      pack(b, ldb, transposeB, left, right, start, depth, packedB, COLUMNS);
      for (let top = 0; top < m; top += ROWS_OF_A) {
        const bottom = min(m, top + ROWS_OF_A);
        if (left == 0 || m > ROWS_OF_A) pack(a, lda, !transposeA, top, bottom, start, depth, packedA, ROWS);
        const to = c + floats(top) * <usize>ldc + floats(left), onto: f32 = start > 0 ? 1 : beta;
        block(packedA, packedB, bottom - top, right - left, depth, to, floats(ldc), onto, corner);
      }
    }
  }
}

/** C = product of packed blocks + beta · C, tile by tile. */
function block(
  packedA: usize,
  packedB: usize,
  rows: i32,
  columns: i32,
  depth: i32,
  c: usize,
  ldc: usize,
  beta: f32,
  corner: usize,
): void {
  for (let column = 0; column < columns; column += COLUMNS) {
    for (let row = 0; row < rows; row += ROWS) {
      tile(packedA + floats(row * depth), packedB + floats(column * depth), depth, corner);
      const to = c + <usize>row * ldc + floats(column);
      put(corner, to, ldc, min(ROWS, rows - row), min(COLUMNS, columns - column), beta);
    }
  }
}
