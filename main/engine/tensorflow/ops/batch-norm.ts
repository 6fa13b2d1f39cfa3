import * as tf from '@tensorflow/tfjs-core';
import type { BatchNormGrad, BatchNormGradients, BatchNormTrain, BatchNormed } from '../../ops/batch-norm.ts';
import { bool, float, float32, text, type Attribute } from '../attributes.ts';
import { onGpu, runs } from '../backend.ts';
import { add, inverseRoot, multiply } from './arithmetic.ts';
import { activated, reluGrad } from './pointwise.ts';

function attributes(epsilon: number): Attribute[] {
  return [
    float32('T'),
    float32('U'),
    float('epsilon', epsilon),
    text('data_format', 'NHWC'),
    bool('is_training', true),
  ];
}

/** x as [n, h, w, maps], which is all that TensorFlow normalises: every axis before the last is one of the batch. */
function asMaps(x: tf.Tensor): tf.Tensor4D {
  return x.rank === 4 ? (x.clone() as tf.Tensor4D) : tf.reshape(x, [-1, 1, 1, x.shape[x.rank - 1]]);
}

export function batchNormTrain<T extends tf.Tensor>(operands: BatchNormTrain<T>): BatchNormed<T> {
  const { x, gamma, beta, epsilon, activation } = operands;
  return tf.tidy(() => {
    const running = tf.tensor1d([]);
    // Of the statistics the second is the unbiased variance, the fourth what the gradient needs of it: see batchNormGrad.
    const [normal, mean, unbiased, , kept] = runs(
      'FusedBatchNormV3',
      [...attributes(epsilon), float('exponential_avg_factor', 1)],
      [asMaps(x), gamma, beta, running, running],
      6,
    );
    const y = activated(tf.reshape(normal, x.shape) as T, activation);
    return { y, mean: mean as tf.Tensor1D, variance: onGpu() ? biased(unbiased, x) : (kept as tf.Tensor1D) };
  });
}

/** n / (n − 1) less: the variance over a batch of n, from an estimate of where it was drawn from. */
function biased(variance: tf.Tensor, x: tf.Tensor): tf.Tensor1D {
  const count = x.size / variance.size;
  return multiply(variance, tf.scalar(count > 1 ? (count - 1) / count : 1)) as tf.Tensor1D;
}

export function batchNormGrad<T extends tf.Tensor>(operands: BatchNormGrad<T>): BatchNormGradients<T> {
  const { dy, x, y, mean, variance, gamma, epsilon, activation } = operands;
  return tf.tidy(() => {
    const d = activation === 'relu' ? reluGrad({ dy, y }) : dy;
    // On a GPU the gradient takes 1/√(variance + epsilon), on a processor the variance.
    const spread = onGpu() ? inverseRoot(add(variance, tf.scalar(epsilon))) : variance;
    const inputs = [asMaps(d), asMaps(x), gamma, mean, spread, tf.tensor1d([])];
    const [dx, dGamma, dBeta] = runs('FusedBatchNormGradV3', attributes(epsilon), inputs, 5);
    return { dx: tf.reshape(dx, x.shape) as T, dGamma: dGamma as tf.Tensor1D, dBeta: dBeta as tf.Tensor1D };
  });
}
