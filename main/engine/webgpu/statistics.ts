import type * as tf from '@tensorflow/tfjs-core';
import type { BatchStatistics } from '../ops/statistics.ts';
import { dispatch, empty, type Kernel } from './dispatch.ts';

const track = (biased: boolean): Kernel => ({
  name: `running statistics${biased ? ' biased' : ''}`,
  reads: ['mean', 'variance', 'oldMean', 'oldVariance', ...(biased ? ['bias'] : [])],
  writes: ['newMean', 'newVariance'],
  uniforms: ['maps'],
  floats: ['momentum', 'unbiased'],
  threads: [256, 1],
  body: `
  let map = group * 256 + thread;
  if (map >= u.maps) { return; }
  newMean[map] = oldMean[map] * (1.0 - u.momentum) + (mean[map]${biased ? ' + bias[map]' : ''}) * u.momentum;
  newVariance[map] = oldVariance[map] * (1.0 - u.momentum) + variance[map] * (u.momentum * u.unbiased);`,
});

const kernels = { plain: track(false), biased: track(true) };

/** As ops/statistics.ts; into new tensors, as who holds the old ones may want them back. */
export function trackStatistics({
  mean,
  variance,
  bias,
  runningMean,
  runningVariance,
  momentum,
  unbiased,
}: BatchStatistics): void {
  const [newMean, newVariance] = [empty<tf.Tensor1D>(mean.shape), empty<tf.Tensor1D>(mean.shape)];
  dispatch(bias ? kernels.biased : kernels.plain, {
    reads: [mean, variance, runningMean, runningVariance, ...(bias ? [bias] : [])],
    writes: [newMean, newVariance],
    uniforms: { maps: mean.size, momentum, unbiased },
    groups: Math.ceil(mean.size / 256),
  });
  runningMean.assign(newMean);
  runningVariance.assign(newVariance);
  newMean.dispose();
  newVariance.dispose();
}
