import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inPieces } from '../../../main/engine/cpu/pieces.ts';

/** Arguments of one product: the flags, m, n and k. */
type Product = readonly [transposeA: number, transposeB: number, m: number, n: number, k: number];

/** A product of the inner loops on `memory`, value by value, that keeps a list of what it was asked for. */
function plainGemm(memory: Float64Array) {
  const asked: Product[] = [];
  const gemm = (...args: number[]): void => {
    const [ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc] = args;
    asked.push([ta, tb, m, n, k]);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++) {
          sum += memory[a / 4 + (ta ? l * lda + i : i * lda + l)] * memory[b / 4 + (tb ? j * ldb + l : l * ldb + j)];
        }
        const at = c / 4 + i * ldc + j;
        memory[at] = sum + (beta === 0 ? 0 : beta * memory[at]);
      }
    }
  };
  return { gemm, asked };
}

/** All of a memory after a product whose matrices lie in wider ones; whole numbers, so that sums are exact. */
function after([ta, tb, m, n, k]: Product, beta: number, cut: boolean): { memory: Float64Array; asked: Product[] } {
  const [lda, ldb, ldc] = [(ta ? m : k) + 3, (tb ? k : n) + 1, n + 2];
  const [b, c] = [(ta ? k : m) * lda, (ta ? k : m) * lda + (tb ? n : k) * ldb];
  const memory = Float64Array.from({ length: c + m * ldc }, (_, i) => ((i * 7919) % 13) - 6);
  const { gemm, asked } = plainGemm(memory);
  (cut ? inPieces(gemm) : gemm)(ta, tb, m, n, k, 0, lda, 4 * b, ldb, beta, 4 * c, ldc);
  return { memory, asked };
}

/** What OpenBLAS multiplies directly: sgemm_small_kernel_permit_skylakex.c, its A being our B. */
function isDirect([ta, tb, m, n, k]: Product): boolean {
  return m * n * k <= 1e6 && !(ta && tb) && !(tb && (m * n > 1200 || k < 32));
}

const size = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 200 }));

describe('a product in pieces', () => {
  it('is the whole product', () =>
    fc.assert(
      fc.property(
        fc.tuple(fc.constantFrom(0, 1), fc.constantFrom(0, 1), size, size, size),
        fc.constantFrom(0, 1, 0.5),
        (product, beta) => {
          expect(after(product, beta, true).memory).toEqual(after(product, beta, false).memory);
        },
      ),
      { seed: 1, numRuns: 40 },
    ));

  it.each<Product>([
    [0, 0, 16, 2048, 300],
    [0, 0, 64, 264, 500],
    [0, 0, 341, 64, 128],
    [0, 0, 3000, 8, 128],
    [0, 1, 16, 2048, 100],
    [0, 1, 64, 300, 400],
    [1, 0, 128, 128, 341],
    [1, 0, 27, 24, 5000],
  ])('has pieces that are multiplied directly: %j', (...product) => {
    const { asked } = after(product, 0, true);
    expect(isDirect(product)).toBe(false);
    expect(asked.filter((piece) => !isDirect(piece))).toEqual([]);
  });

  it('stays whole where pieces gain nothing', () => {
    for (const product of [
      [1, 1, 200, 200, 200],
      [0, 1, 256, 300, 100],
      [1, 0, 500, 500, 16],
      [1, 0, 300, 300, 100],
    ] as const) {
      expect(after(product, 0, true).asked).toEqual([product]);
    }
  });
});
