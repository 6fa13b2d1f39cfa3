import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fewRowsByVector } from '../../../main/engine/cpu/few-rows.ts';

/** The products of the inner loops on `memory`, value by value, and what was asked for of which. */
function plainProducts(memory: Float64Array) {
  const asked: string[] = [];
  const put = (at: number, sum: number, beta: number): void => {
    memory[at] = sum + (beta === 0 ? 0 : beta * memory[at]);
  };
  return {
    asked,
    gemm(...[ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc]: number[]): void {
      asked.push('gemm');
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let l = 0; l < k; l++)
            sum += memory[a / 4 + (ta ? l * lda + i : i * lda + l)] * memory[b / 4 + (tb ? j * ldb + l : l * ldb + j)];
          put(c / 4 + i * ldc + j, sum, beta);
        }
      }
    },
    gemv(
      transpose: number,
      rows: number,
      columns: number,
      m: number,
      ld: number,
      x: number,
      beta: number,
      y: number,
    ): void {
      asked.push('gemv');
      const [length, terms] = transpose ? [columns, rows] : [rows, columns];
      for (let i = 0; i < length; i++) {
        let sum = 0;
        for (let l = 0; l < terms; l++)
          sum += memory[m / 4 + (transpose ? l * ld + i : i * ld + l)] * memory[x / 4 + l];
        put(y / 4 + i, sum, beta);
      }
    },
  };
}

type Product = readonly [transposeA: number, transposeB: number, m: number, n: number, k: number];

/** All of a memory after a product whose matrices lie in wider ones; whole numbers, so that sums are exact. */
function after([ta, tb, m, n, k]: Product, beta: number, byVector: boolean) {
  const [lda, ldb, ldc] = [(ta ? m : k) + 3, (tb ? k : n) + 1, n + 2];
  const [b, c] = [(ta ? k : m) * lda, (ta ? k : m) * lda + (tb ? n : k) * ldb];
  const memory = Float64Array.from({ length: c + m * ldc }, (_, i) => ((i * 7919) % 13) - 6);
  const { gemm, gemv, asked } = plainProducts(memory);
  (byVector ? fewRowsByVector(gemv, gemm) : gemm)(ta, tb, m, n, k, 0, lda, 4 * b, ldb, beta, 4 * c, ldc);
  return { memory, asked };
}

const flag = fc.constantFrom(0, 1);
const size = fc.integer({ min: 1, max: 30 });

it('a product of few rows is the whole product', () => {
  fc.assert(
    fc.property(
      fc.tuple(flag, flag, fc.integer({ min: 1, max: 6 }), size, size),
      fc.constantFrom(0, 1, 0.5),
      (product, beta) => {
        expect(after(product, beta, true).memory).toEqual(after(product, beta, false).memory);
      },
    ),
    { numRuns: 30 },
  );
});

it('is done with vectors where that is faster, and so much of B at a time as the cache holds', () => {
  const asked = (...product: Product): string => [...new Set(after(product, 0, true).asked)].join();
  expect(asked(0, 0, 1, 9, 9)).toBe('gemv');
  expect(asked(0, 0, 2, 9, 9)).toBe('gemm');
  expect(asked(0, 1, 4, 9, 9)).toBe('gemv');
  expect(asked(0, 1, 5, 9, 9)).toBe('gemm');
  expect(asked(1, 0, 1, 9, 9)).toBe('gemm');
  // 64 rows of 1024 values are a quarter of a megabyte.
  expect(after([0, 1, 2, 70, 1024], 0, true).asked).toHaveLength(2 * 2);
  expect(after([0, 1, 2, 70, 1024], 0, true).memory).toEqual(after([0, 1, 2, 70, 1024], 0, false).memory);
});
