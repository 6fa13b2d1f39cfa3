import * as tf from '@tensorflow/tfjs-core';
import { runKernel } from './kernel.ts';

/** Kernel geometry that the arrays' shapes do not show. Padding is the same on all four sides. */
export interface Window {
  readonly stride: number;
  readonly pad: number;
}

type Shape4D = [number, number, number, number];

function attributes({ stride, pad }: Window): {
  strides: number;
  pad: number;
  dataFormat: string;
  dimRoundingMode: string;
} {
  return { strides: stride, pad, dataFormat: 'NHWC', dimRoundingMode: 'floor' };
}

export interface Convolution {
  readonly x: tf.Tensor4D;
  readonly filter: tf.Tensor4D;
  readonly window: Window;
}

export interface ConvolutionInputGrad {
  readonly dy: tf.Tensor4D;
  readonly filter: tf.Tensor4D;
  readonly inputShape: Shape4D;
  readonly window: Window;
}

export interface ConvolutionFilterGrad {
  readonly x: tf.Tensor4D;
  readonly dy: tf.Tensor4D;
  readonly filterShape: Shape4D;
  readonly window: Window;
}

/** x [n, h, w, in] * filter [kh, kw, in, out] → [n, h', w', out], h' = ⌊(h + 2·pad − kh) / stride⌋ + 1. */
export function conv2d({ x, filter, window }: Convolution): tf.Tensor4D {
  return runKernel(tf.Conv2D, { x, filter }, { ...attributes(window), dilations: 1 }) as tf.Tensor4D;
}

/**
 * ∂L/∂x of conv2d from dy [n, h', w', out], for the inputShape [n, h, w, in] of x. The same map is the forward pass of
 * a transposed convolution. Rows of x beyond the last window get zero.
 */
export function conv2dInputGrad({ dy, filter, inputShape, window }: ConvolutionInputGrad): tf.Tensor4D {
  return runKernel(tf.Conv2DBackpropInput, { dy, filter }, { ...attributes(window), inputShape }) as tf.Tensor4D;
}

/** ∂L/∂filter of conv2d, summed over the batch: x [n, h, w, in], dy [n, h', w', out] → filterShape. */
export function conv2dFilterGrad({ x, dy, filterShape, window }: ConvolutionFilterGrad): tf.Tensor4D {
  return runKernel(tf.Conv2DBackpropFilter, { x, dy }, { ...attributes(window), filterShape }) as tf.Tensor4D;
}
