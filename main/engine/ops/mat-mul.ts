import * as tf from '@tensorflow/tfjs-core';

/** op(a) · op(b) of two matrices, where op transposes when asked. */
export function matMul(a: tf.Tensor2D, b: tf.Tensor2D, transposeA = false, transposeB = false): tf.Tensor2D {
  return tf.matMul(a, b, transposeA, transposeB);
}
