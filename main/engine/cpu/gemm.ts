import { split, type Host } from './host.ts';
import type { Offset } from './loops.ts';

/** Multiplications below which waking another thread does not pay. */
const FEW = 1 << 19;

/** Rows or columns of C are given to threads in multiples of this: whole tiles of our own matrix product. */
const TILES = 24;

/**
 * C = op(A)·op(B) + beta·C on row-major float32 matrices in the backend's memory; C is [m, n], op(A) [m, k]. The
 * threads share the rows or the columns of C, never a sum: no value depends on their number, but for how a BLAS sums.
 */
export function gemm(
  host: Host,
  transposeA: boolean,
  transposeB: boolean,
  m: number,
  n: number,
  k: number,
  a: Offset,
  lda: number,
  b: Offset,
  ldb: number,
  beta: number,
  c: Offset,
  ldc: number,
): void {
  const [ta, tb] = [Number(transposeA), Number(transposeB)];
  const grain = TILES * Math.ceil(FEW / (TILES * k * Math.min(m, n)));
  if (m >= n) {
    split(host, m, grain, (from, to) => {
      const [ai, ci] = [a + 4 * from * (transposeA ? 1 : lda), c + 4 * from * ldc];
      return [['gemm', ta, tb, to - from, n, k, ai, lda, b, ldb, beta, ci, ldc]];
    });
  } else {
    split(host, n, grain, (from, to) => {
      const bi = b + 4 * from * (transposeB ? ldb : 1);
      return [['gemm', ta, tb, m, to - from, k, a, lda, bi, ldb, beta, c + 4 * from, ldc]];
    });
  }
}
