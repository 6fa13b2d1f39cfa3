import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, runKernel } from './kernel.ts';

/** The sum over all axes but the last: [..., maps] → [maps]. */
export function sumRows(x: tf.Tensor): tf.Tensor1D {
  if (hasKernel('SumRows')) return runKernel('SumRows', { x }) as tf.Tensor1D;
  return tf.tidy(() => tf.sum(matrix(x), 0));
}

/** The maps `kept` of x, in that order: [..., maps] → [..., kept.length]. */
export function takeMaps<T extends tf.Tensor>(x: T, kept: Int32Array | readonly number[]): T {
  if (hasKernel('TakeMaps')) return runKernel('TakeMaps', { x }, { kept: Array.from(kept) }) as T;
  return tf.tidy(() => tf.gather(x, tf.tensor1d(Array.from(kept), 'int32'), x.rank - 1));
}

/** The adjoint of takeMaps: map i of x becomes map kept[i] of `maps`, the others are zero. */
export function spreadMaps<T extends tf.Tensor>(x: T, kept: Int32Array | readonly number[], maps: number): T {
  if (hasKernel('SpreadMaps')) return runKernel('SpreadMaps', { x }, { kept: Array.from(kept), maps }) as T;
  return tf.tidy(() => {
    const place = tf.oneHot(tf.tensor1d(Array.from(kept), 'int32'), maps, 1, 0, 'float32') as tf.Tensor2D;
    return tf.reshape(tf.matMul(matrix(x), place), [...x.shape.slice(0, -1), maps]) as T;
  });
}

function matrix(x: tf.Tensor): tf.Tensor2D {
  return tf.reshape(x, [-1, x.shape[x.rank - 1]]);
}
