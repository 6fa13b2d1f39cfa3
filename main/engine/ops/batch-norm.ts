import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, runKernels } from './kernel.ts';
import { activate, reluGrad, type Activation } from './pointwise.ts';
import { sumRows } from './rows.ts';

export interface BatchNormTrain<T extends tf.Tensor> {
  readonly x: T;
  readonly gamma: tf.Tensor1D;
  readonly beta: tf.Tensor1D;
  readonly epsilon: number;
  readonly activation: Activation;
}

/** A normalised batch with its statistics. */
export interface BatchNormed<T extends tf.Tensor> {
  readonly y: T;
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
}

export interface BatchNormGradients<T extends tf.Tensor> {
  readonly dx: T;
  readonly dGamma: tf.Tensor1D;
  readonly dBeta: tf.Tensor1D;
}

/** What batchNormTrain took and gave, and the gradient dy of its result. */
export interface BatchNormGrad<T extends tf.Tensor> {
  readonly dy: T;
  readonly x: T;
  readonly y: T;
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
  readonly gamma: tf.Tensor1D;
  readonly epsilon: number;
  readonly activation: Activation;
}

/**
 * activation(γ·(x − mean)/√(variance + epsilon) + β) with the batch's own statistics, taken over all axes but the last.
 * gamma, beta, mean and variance are [maps]; the variance is the biased one.
 */
export function batchNormTrain<T extends tf.Tensor>({
  x,
  gamma,
  beta,
  epsilon,
  activation,
}: BatchNormTrain<T>): BatchNormed<T> {
  if (hasKernel('BatchNormTrain')) {
    const [y, mean, variance] = runKernels('BatchNormTrain', { x, gamma, beta }, { epsilon, activation });
    return { y: y as T, mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D };
  }
  return tf.tidy(() => {
    const { mean, variance } = moments(x);
    const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, epsilon)));
    const y = activate(tf.add<T>(tf.mul(tf.sub(x, mean), scale), beta), activation);
    return { y, mean, variance };
  });
}

/**
 * The gradient of batchNormTrain. With d = dy gated by the activation and s = 1/√(variance + epsilon):
 * dγ = s·Σd(x − mean), dβ = Σd, dx = γ·s·(d − dβ/n − (x − mean)·s·dγ/n).
 */
export function batchNormGrad<T extends tf.Tensor>({
  dy,
  x,
  y,
  mean,
  variance,
  gamma,
  epsilon,
  activation,
}: BatchNormGrad<T>): BatchNormGradients<T> {
  if (hasKernel('BatchNormTrainGrad')) {
    const inputs = { dy, x, y, mean, variance, gamma };
    const [dx, dGamma, dBeta] = runKernels('BatchNormTrainGrad', inputs, { epsilon, activation });
    return { dx: dx as T, dGamma: dGamma as tf.Tensor1D, dBeta: dBeta as tf.Tensor1D };
  }
  return tf.tidy(() => {
    const d = activation === 'relu' ? reluGrad({ dy, y }) : dy;
    const s = tf.rsqrt(tf.add(variance, epsilon));
    const normal = tf.mul(tf.sub(x, mean), s);
    const dBeta = sumRows(d);
    const dGamma = sumRows(tf.mul(d, normal));
    const n = x.size / gamma.size;
    const spread = tf.add(tf.div(dBeta, n), tf.mul(normal, tf.div(dGamma, n)));
    return { dx: tf.mul<T>(tf.mul(gamma, s), tf.sub(d, spread)), dGamma, dBeta };
  });
}

function moments(x: tf.Tensor): { mean: tf.Tensor1D; variance: tf.Tensor1D } {
  const { mean, variance } = tf.moments(
    x,
    x.shape.slice(0, -1).map((_, axis) => axis),
  );
  return { mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D };
}
