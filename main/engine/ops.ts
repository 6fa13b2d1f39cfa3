/**
 * The numeric vocabulary of the layers: every function works on any engine, and is fast on `cpu`, whose kernels
 * are replaced. All tensors are float32; maps are NHWC, convolution filters [kh, kw, in, out].
 * Gradients are explicit functions, not autodiff: a split network runs its backward pass long after its forward.
 * An engine may bring its own version of any (adapter.ts): each call goes to the open engine's.
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { BatchNormGrad, BatchNormGradients, BatchNormTrain, BatchNormed } from './ops/batch-norm.ts';
import type { Convolution, ConvolutionFilterGrad, ConvolutionInputGrad } from './ops/convolution.ts';
import { current } from './ops/current.ts';
import type { Product } from './ops/mat-mul.ts';
import type { MaxPoolGrad, PoolWindow } from './ops/max-pool.ts';
import type { Activation, ReluGrad, ScaleShift } from './ops/pointwise.ts';
import type { Gradient, SgdOptions, SgdUpdate } from './ops/sgd.ts';
import type { BatchStatistics } from './ops/statistics.ts';

export type { Window } from './ops/convolution.ts';
export type { Activation } from './ops/pointwise.ts';
export type { Gradient, SgdUpdate } from './ops/sgd.ts';

/** x [n, h, w, in] * filter [kh, kw, in, out] → [n, h', w', out], h' = ⌊(h + 2·pad − kh) / stride⌋ + 1. */
export function conv2d(operands: Convolution): tf.Tensor4D {
  return current.conv2d(operands);
}

/** ∂L/∂x of conv2d from dy, for the inputShape of x; also the forward pass of a transposed convolution. */
export function conv2dInputGrad(operands: ConvolutionInputGrad): tf.Tensor4D {
  return current.conv2dInputGrad(operands);
}

/** ∂L/∂filter of conv2d, summed over the batch → filterShape. */
export function conv2dFilterGrad(operands: ConvolutionFilterGrad): tf.Tensor4D {
  return current.conv2dFilterGrad(operands);
}

/** op(a) · op(b) of two matrices, where op transposes when asked. */
export function matMul(operands: Product): tf.Tensor2D {
  return current.matMul(operands);
}

/** activation(x · scale + shift), both [maps] along the last axis: BatchNorm in inference. */
export function scaleShift<T extends tf.Tensor>(operands: ScaleShift<T>): T {
  return current.scaleShift(operands);
}

/** The gradient of y = relu(x): dy where y > 0, else 0. */
export function reluGrad<T extends tf.Tensor>(operands: ReluGrad<T>): T {
  return current.reluGrad(operands);
}

/** activation(γ·(x − mean)/√(variance + epsilon) + β) with the batch's own statistics, [maps], over all axes but the last. */
export function batchNormTrain<T extends tf.Tensor>(operands: BatchNormTrain<T>): BatchNormed<T> {
  return current.batchNormTrain(operands);
}

/** The gradient of batchNormTrain for x, gamma and beta. */
export function batchNormGrad<T extends tf.Tensor>(operands: BatchNormGrad<T>): BatchNormGradients<T> {
  return current.batchNormGrad(operands);
}

/** running = (1 − momentum)·running + momentum·new, of a BatchNorm's mean and variance (ops/statistics.ts). */
export function trackStatistics(statistics: BatchStatistics): void {
  current.trackStatistics(statistics);
}

/** ∂L/∂x of y = maxPool(x). Of equal maxima the first in row-major order takes the gradient, as in PyTorch. */
export function maxPoolGrad(operands: MaxPoolGrad): tf.Tensor4D {
  return current.maxPoolGrad(operands);
}

/** The maximum of each window, per map: [n, h, w, maps] → [n, h', w', maps], h' = ⌊(h + 2·pad − size) / stride⌋ + 1. */
export function maxPool(x: tf.Tensor4D, window: PoolWindow): tf.Tensor4D {
  return current.maxPool(x, window);
}

/** activation(x + bias), the bias [maps] along the last axis of x. */
export function biasActivation<T extends tf.Tensor>(x: T, bias: tf.Tensor1D, activation: Activation): T {
  return current.biasActivation(x, bias, activation);
}

/** The sum over all axes but the last: [..., maps] → [maps]. */
export function sumRows(x: tf.Tensor): tf.Tensor1D {
  return current.sumRows(x);
}

/** The maps `kept` of x, in that order: [..., maps] → [..., kept.length]. */
export function takeMaps<T extends tf.Tensor>(x: T, kept: Int32Array | readonly number[]): T {
  return current.takeMaps(x, kept);
}

/** The adjoint of takeMaps: map i of x becomes map kept[i] of `maps`, the others are zero. */
export function spreadMaps<T extends tf.Tensor>(x: T, kept: Int32Array | readonly number[], maps: number): T {
  return current.spreadMaps(x, kept, maps);
}

/** One step of SGD as PyTorch takes it, into the variables; without momentum `velocity` is null (ops/sgd.ts). */
export function sgdStep(param: tf.Variable, grad: Gradient, velocity: tf.Variable | null, options: SgdOptions): void {
  current.sgdStep(param, grad, velocity, options);
}

/** sgdStep for each of these parameters, which the engine may take together. */
export function sgdSteps(updates: readonly SgdUpdate[], options: SgdOptions): void {
  if (current.sgdSteps) current.sgdSteps(updates, options);
  else for (const { param, grad, velocity } of updates) current.sgdStep(param, grad, velocity, options);
}

/** How many parameters it is worth to wait for before their step is taken. */
export function updatesAtOnce(): number {
  return current.updatesAtOnce?.() ?? 1;
}
