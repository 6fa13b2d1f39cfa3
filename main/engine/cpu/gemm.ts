import type { WasmModule } from './backend.ts';
import type { Loops, Offset } from './loops.ts';

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

/** The matrix product of the inner loops: one thread, no library. */
export function createWasmGemm(module: WasmModule, loops: Loops): Gemm {
  const scratch = module._malloc(loops.gemmScratch());
  return (transposeA, transposeB, m, n, k, a, lda, b, ldb, beta, c, ldc) => {
    loops.gemm(Number(transposeA), Number(transposeB), m, n, k, a, lda, b, ldb, beta, c, ldc, scratch);
  };
}
