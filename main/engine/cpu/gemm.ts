import { split, type Host } from './host.ts';
import type { Offset } from './loops.ts';
import { call } from './operations.ts';

/**
 * Multiplications below which waking another thread does not pay. Set in Nov 2026 on a machine that was not noted;
 * test/bench/training.ts shows what it does.
 */
const FEW = 1 << 19;

/** Rows or columns of C are given to threads in multiples of this: whole tiles of our own matrix product. */
const TILES = 24;

/** C [m, n], op(A) [m, k] and op(B) [k, n], row-major float32; `lda` and so on are the values from one row to the next. */
export interface Product {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Offset;
  readonly lda: number;
  readonly b: Offset;
  readonly ldb: number;
  /** 0 when absent. */
  readonly beta?: number;
  readonly c: Offset;
  readonly ldc: number;
}

/**
 * C = op(A)·op(B) + beta·C on matrices in the backend's memory. The threads share the rows or the columns of C, never a
 * sum: no value depends on their number, but for how a BLAS sums.
 */
export function gemm(host: Host, product: Product): void {
  const { transposeA = false, transposeB = false, m, n, k, a, lda, b, ldb, beta = 0, c, ldc } = product;
  const shared = { transposeA: Number(transposeA), transposeB: Number(transposeB), k, lda, ldb, beta, ldc };
  const grain = TILES * Math.ceil(FEW / (TILES * k * Math.min(m, n)));
  if (m >= n) {
    split(host, m, grain, (from, to) => {
      const [ai, ci] = [a + 4 * from * (transposeA ? 1 : lda), c + 4 * from * ldc];
      return [call('gemm', { ...shared, m: to - from, n, a: ai, b, c: ci })];
    });
  } else {
    split(host, n, grain, (from, to) => {
      const bi = b + 4 * from * (transposeB ? ldb : 1);
      return [call('gemm', { ...shared, m, n: to - from, a, b: bi, c: c + 4 * from })];
    });
  }
}
