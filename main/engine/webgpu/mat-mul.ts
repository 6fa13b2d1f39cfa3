import type * as tf from '@tensorflow/tfjs-core';
import type { Product as MatrixProduct } from '../ops/mat-mul.ts';
import { product, type Operand } from './product.ts';

/** A matrix as it lies in `array`, or its transpose. */
export function matrix(array: string, width: 'rows' | 'columns' | 'depth', transposed = false): Operand {
  const at = transposed ? `c.x * u.${width} + r.x` : `r.x * u.${width} + c.x`;
  return {
    reads: [array],
    uniforms: [],
    row: 'vec4<i32>(i)',
    column: 'vec4<i32>(i)',
    element: `return ${array}[${at}];`,
    alongRow: !transposed,
  };
}

/** op(a) · op(b) of two matrices. */
export function matMul({ a, b, transposeA = false, transposeB = false }: MatrixProduct): tf.Tensor2D {
  const [rows, depth] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
  const columns = transposeB ? b.shape[0] : b.shape[1];
  const kernel = {
    name: `product${transposeA ? ' aT' : ''}${transposeB ? ' bT' : ''}`,
    a: matrix('a', transposeA ? 'rows' : 'depth', transposeA),
    b: matrix('b', transposeB ? 'depth' : 'columns', transposeB),
  };
  return product(kernel, { rows, columns, depth }, { reads: [a, b], uniforms: {}, shape: [rows, columns] });
}
