import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, runKernels } from './kernel.ts';
import { activate, reluGrad, type Activation } from './pointwise.ts';
import { sumRows } from './rows.ts';

/**
 * activation(γ·(x − mean)/√(variance + eps) + β) with the batch's own statistics, taken over all axes but the last.
 * gamma, beta, mean and variance are [maps]; the variance is the biased one.
 */
export function batchNormTrain<T extends tf.Tensor>(
  x: T,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  eps: number,
  activation: Activation,
): { y: T; mean: tf.Tensor1D; variance: tf.Tensor1D } {
  if (hasKernel('BatchNormTrain')) {
    const [y, mean, variance] = runKernels('BatchNormTrain', { x, gamma, beta }, { eps, activation });
    return { y: y as T, mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D };
  }
  return tf.tidy(() => {
    const { mean, variance } = moments(x);
    const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, eps)));
    const y = activate(tf.add<T>(tf.mul(tf.sub(x, mean), scale), beta), activation);
    return { y, mean, variance };
  });
}

/**
 * The gradient of batchNormTrain. With d = dy gated by the activation and s = 1/√(variance + eps):
 * dγ = s·Σd(x − mean), dβ = Σd, dx = γ·s·(d − dβ/n − (x − mean)·s·dγ/n).
 */
export function batchNormGrad<T extends tf.Tensor>(
  dy: T,
  x: T,
  y: T,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  gamma: tf.Tensor1D,
  eps: number,
  activation: Activation,
): { dx: T; dGamma: tf.Tensor1D; dBeta: tf.Tensor1D } {
  if (hasKernel('BatchNormTrainGrad')) {
    const inputs = { dy, x, y, mean, variance, gamma };
    const [dx, dGamma, dBeta] = runKernels('BatchNormTrainGrad', inputs, { eps, activation });
    return { dx: dx as T, dGamma: dGamma as tf.Tensor1D, dBeta: dBeta as tf.Tensor1D };
  }
  return tf.tidy(() => {
    const d = activation === 'relu' ? reluGrad(dy, y) : dy;
    const s = tf.rsqrt(tf.add(variance, eps));
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
