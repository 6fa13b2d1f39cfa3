import * as tf from '@tensorflow/tfjs-core';
import { runKernel } from './kernel.ts';

export interface PoolWindow {
  readonly size: number;
  readonly stride: number;
  readonly pad: number;
}

function attributes({ size, stride, pad }: PoolWindow): Record<string, number | string> {
  return { filterSize: size, strides: stride, pad, dimRoundingMode: 'floor' };
}

/** The maximum of each window, per map: [n, h, w, maps] → [n, h', w', maps] with h' = ⌊(h + 2·pad − size) / stride⌋ + 1. */
export function maxPool(x: tf.Tensor4D, window: PoolWindow): tf.Tensor4D {
  return runKernel(tf.MaxPool, { x }, attributes(window)) as tf.Tensor4D;
}

export interface MaxPoolGrad {
  readonly dy: tf.Tensor4D;
  readonly x: tf.Tensor4D;
  readonly y: tf.Tensor4D;
  readonly window: PoolWindow;
}

/** ∂L/∂x of y = maxPool(x). Of equal maxima the first in row-major order takes the gradient, as in PyTorch. */
export function maxPoolGrad({ dy, x, y, window }: MaxPoolGrad): tf.Tensor4D {
  return runKernel(tf.MaxPoolGrad, { dy, input: x, output: y }, attributes(window)) as tf.Tensor4D;
}
