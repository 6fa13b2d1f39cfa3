import type { Loop } from './loops.ts';

/**
 * Before OpenBLAS multiplies it copies both matrices into panels, which takes longer than a thin product itself. On
 * processors with AVX-512 it leaves that out for at most this many multiplications, and runs at the processor's full
 * speed as long as the matrices are in the cache.
 */
const DIRECT = 100 ** 3;

/** Where B is transposed the values of C must also be few. */
const DIRECT_VALUES = 1024;

/** Rows of C from which on a product with B transposed gains nothing from pieces. */
const MANY_ROWS = 64;

/** Values of C from which on one with A transposed gains nothing. */
const MANY_VALUES = 1 << 16;

/** Terms of its sums below which nor does that. */
const FEW_TERMS = 32;

/** Values in a vector register. */
const LANES = 16;

/** The sizes m, n and k of a product's pieces; those at the edges are smaller. */
type Sizes = readonly [m: number, n: number, k: number];

/**
 * Does a product of the inner loops (gemm.ts) as many small ones, each of which OpenBLAS multiplies directly. The sizes
 * are those that measured fastest (test/bench/products.ts; two cores of an AMD EPYC with AVX-512, OpenBLAS 0.3.21, Nov 2026: docs/results.md); one
 * which gains nothing is left whole.
 */
export function inPieces(gemm: Loop): Loop {
  return (transposeA, transposeB, m, n, k, a, lda, b, ldb, beta, c, ldc) => {
    const [rows, columns, terms] = pieceSizes(transposeA === 1, transposeB === 1, m, n, k);
    for (let i = 0; i < m; i += rows) {
      for (let j = 0; j < n; j += columns) {
        const ci = c + 4 * (i * ldc + j);
        for (let l = 0; l < k; l += terms) {
          const ai = a + 4 * (transposeA ? l * lda + i : i * lda + l);
          const bi = b + 4 * (transposeB ? j * ldb + l : l * ldb + j);
          const size = [Math.min(rows, m - i), Math.min(columns, n - j), Math.min(terms, k - l)];
          gemm(transposeA, transposeB, ...size, ai, lda, bi, ldb, l === 0 ? beta : 1, ci, ldc);
        }
      }
    }
  };
}

/** How large the pieces are that op(A)·op(B) is cut into, with op(A) [m, k] and op(B) [k, n]. */
function pieceSizes(transposeA: boolean, transposeB: boolean, m: number, n: number, k: number): Sizes {
  if (transposeA && transposeB) return [m, n, k];
  if (transposeB)
    return m > MANY_ROWS || k < FEW_TERMS ? [m, n, k] : sized(m, Math.min(n, Math.floor(DIRECT_VALUES / m)), k);
  if (transposeA) return m * n > MANY_VALUES || k < FEW_TERMS ? [m, n, k] : sized(Math.min(m, 128), Math.min(n, 64), k);
  // B, as weights mostly are, is read once, so in rows as long as can be; else pieces are square.
  if (m <= 32) return sized(m, Math.min(n, LANES * Math.floor(1024 / m)), k);
  return sized(evenly(m, 64, 8), evenly(n, 64, LANES), k);
}

/** Pieces with this many rows and columns of C, and as many terms as then may be. */
function sized(m: number, n: number, k: number): Sizes {
  return [m, n, evenly(k, Math.floor(DIRECT / (m * n)), 1)];
}

/** The size of pieces of at most `most`, a multiple of `grain`, that cuts `total` into parts about alike. */
function evenly(total: number, most: number, grain: number): number {
  return Math.min(total, grain * Math.ceil(total / Math.ceil(total / most) / grain));
}
