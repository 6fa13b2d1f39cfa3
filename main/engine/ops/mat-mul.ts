import * as tf from '@tensorflow/tfjs-core';

export interface Product {
  readonly a: tf.Tensor2D;
  readonly b: tf.Tensor2D;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/** op(a) · op(b) of two matrices, where op transposes when asked. */
export function matMul({ a, b, transposeA = false, transposeB = false }: Product): tf.Tensor2D {
  return tf.matMul(a, b, transposeA, transposeB);
}
