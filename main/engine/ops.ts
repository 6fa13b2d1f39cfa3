import type * as tf from '@tensorflow/tfjs-core';

/**
 * The numeric vocabulary of the layers: every function works on any engine, and is fast on `cpu`, whose kernels
 * are replaced. All tensors are float32; maps are NHWC, convolution filters [kh, kw, in, out].
 * Gradients are explicit functions, not autodiff: a split network runs its backward pass long after its forward.
 */

/** Kernel geometry that the arrays' shapes do not show. Padding is the same on all four sides. */
export interface Window {
  readonly stride: number;
  readonly pad: number;
}
export type Activation = 'none' | 'relu';
