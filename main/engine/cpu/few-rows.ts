import type { Loop } from './loops.ts';

/**
 * y = op(M)·x + beta·y, of a matrix M of `rows` × `columns` values whose rows lie `ld` apart; x and y are dense. Places are
 * bytes from the memory's begin.
 */
export type Gemv = (
  transpose: number,
  rows: number,
  columns: number,
  m: number,
  ld: number,
  x: number,
  beta: number,
  y: number,
) => void;

/** Rows of C up to which a product with B transposed is faster as that many with a vector each. */
const FEW = 4;

/** Of B at a time, in bytes: it is read from the cache for all rows but the first. */
const CACHED = 1 << 18;

/**
 * Does products of one row, or of few where B is transposed, with vectors: before OpenBLAS multiplies matrices it copies
 * them, and of a dense layer that infers for one sample the weights are all there is to read. One row of 4096 by 4096
 * weights takes 4.3 ms so, and 27 with the matrix product; four take 12 and 31, eight are no faster (one core of two of an AMD EPYC with
 * AVX-512 that others used, OpenBLAS 0.3.21, Nov 2026).
 */
export function fewRowsByVector(gemv: Gemv, gemm: Loop): Loop {
  return (...product) => {
    const [transposeA, transposeB, m, n, k, a, lda, b, ldb, beta, c, ldc] = product;
    if (transposeA || m > (transposeB ? FEW : 1)) {
      gemm(...product);
      return;
    }
    if (!transposeB) {
      gemv(1, k, n, b, ldb, a, beta, c);
      return;
    }
    const lines = Math.max(1, Math.floor(CACHED / (4 * k)));
    for (let j = 0; j < n; j += lines) {
      const count = Math.min(lines, n - j);
      for (let i = 0; i < m; i++) gemv(0, count, k, b + 4 * j * ldb, ldb, a + 4 * i * lda, beta, c + 4 * (i * ldc + j));
    }
  };
}
