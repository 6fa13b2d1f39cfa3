import * as tf from '@tensorflow/tfjs-core';

/** A batch's statistics on their way into running ones; all are [maps]. */
export interface BatchStatistics {
  readonly mean: tf.Tensor1D;
  /** Biased. */
  readonly variance: tf.Tensor1D;
  /** Of the convolution before, which left it out. */
  readonly bias: tf.Tensor1D | null;
  readonly runningMean: tf.Variable<tf.Rank.R1>;
  readonly runningVariance: tf.Variable<tf.Rank.R1>;
  /** Share of the new in the running ones. */
  readonly momentum: number;
  /** What makes the variance an unbiased one: n/(n − 1). */
  readonly unbiased: number;
}

/** running = (1 − momentum)·running + momentum·new, of the mean with the bias and of the unbiased variance. */
export function trackStatistics({
  mean,
  variance,
  bias,
  runningMean,
  runningVariance,
  momentum,
  unbiased,
}: BatchStatistics): void {
  tf.tidy(() => {
    const shifted = bias ? tf.add(mean, bias) : mean;
    runningMean.assign(tf.add(tf.mul(runningMean, 1 - momentum), tf.mul(shifted, momentum)));
    runningVariance.assign(tf.add(tf.mul(runningVariance, 1 - momentum), tf.mul(variance, momentum * unbiased)));
  });
}
