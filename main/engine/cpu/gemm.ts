import type { Offset } from './loops.ts';

/** C = op(A)·op(B) + beta·C on row-major float32 matrices in the backend's memory; C is [m, n], op(A) [m, k]. */
export type Gemm = (
  transposeA: boolean,
  transposeB: boolean,
  m: number,
  n: number,
  k: number,
  a: Offset,
  lda: number,
  b: Offset,
  ldb: number,
  beta: 0 | 1,
  c: Offset,
  ldc: number,
) => void;
