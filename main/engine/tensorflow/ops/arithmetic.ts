import type * as tf from '@tensorflow/tfjs-core';
import { float32 } from '../attributes.ts';
import { run } from '../backend.ts';

/** TensorFlow's arithmetic: shapes that differ are stretched as TensorFlow.js does. */

export function add(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return run('AddV2', [float32()], a, b);
}

export function subtract(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return run('Sub', [float32()], a, b);
}

export function multiply(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return run('Mul', [float32()], a, b);
}

export function inverseRoot(x: tf.Tensor): tf.Tensor {
  return run('Rsqrt', [float32()], x);
}
