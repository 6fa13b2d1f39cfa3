import type * as tf from '@tensorflow/tfjs-core';
import type { Product } from '../../ops/mat-mul.ts';
import { bool, float32 } from '../attributes.ts';
import { run } from '../backend.ts';

export function matMul({ a, b, transposeA = false, transposeB = false }: Product): tf.Tensor2D {
  const attributes = [float32(), bool('transpose_a', transposeA), bool('transpose_b', transposeB)];
  return run('MatMul', attributes, a, b) as tf.Tensor2D;
}
