import * as tf from '@tensorflow/tfjs-core';
import type { Layer } from './layer.ts';

/**
 * Adaptive average pooling of [n, side, side, maps] to pooled×pooled, then PyTorch's channel-major flatten:
 * [n, maps·pooled²]. Pooling is one product with a constant matrix, so its gradient is the transposed product.
 */
export function poolFlatten(side: number, pooled: number): Layer {
  const cells = side * side;
  const matrix = side === pooled ? null : adaptiveAverage(side, pooled);
  const pool = (): tf.Tensor2D => tf.tensor2d(matrix!, [pooled * pooled, cells]);
  const flatten = (x: tf.Tensor): tf.Tensor =>
    tf.tidy(() => {
      const [n, , , maps] = x.shape as [number, number, number, number];
      const byMap = tf.reshape(tf.transpose(tf.reshape(x, [n, cells, maps]), [0, 2, 1]), [n * maps, cells]);
      const pooledMaps = matrix ? tf.matMul(byMap, pool(), false, true) : byMap;
      return tf.reshape(pooledMaps, [n, maps * pooled * pooled]);
    });
  return {
    parameters: [],
    statistics: [],
    infer: flatten,
    forward(x) {
      const y = flatten(x);
      return {
        y,
        backward(dy, _apply, inputGradient) {
          y.dispose();
          if (!inputGradient) return null;
          return tf.tidy(() => {
            const [n, h, w, maps] = x.shape as [number, number, number, number];
            const dPooled = tf.reshape(dy, [n * maps, pooled * pooled]);
            const byMap = matrix ? tf.matMul(dPooled, pool()) : dPooled;
            return tf.reshape(tf.transpose(tf.reshape(byMap, [n, maps, cells]), [0, 2, 1]), [n, h, w, maps]);
          });
        },
      };
    },
  };
}

/** The matrix [pooled², side²] of PyTorch's AdaptiveAvgPool2d: bin i averages rows ⌊i·side/pooled⌋ … ⌈(i+1)·side/pooled⌉. */
export function adaptiveAverage(side: number, pooled: number): Float32Array {
  const bins = Array.from({ length: pooled }, (_, i) => {
    const start = Math.floor((i * side) / pooled);
    return { start, end: Math.ceil(((i + 1) * side) / pooled) };
  });
  const matrix = new Float32Array(pooled * pooled * side * side);
  bins.forEach((rows, i) => {
    bins.forEach((columns, j) => {
      const weight = 1 / ((rows.end - rows.start) * (columns.end - columns.start));
      for (let y = rows.start; y < rows.end; y++) {
        for (let x = columns.start; x < columns.end; x++)
          matrix[(i * pooled + j) * side * side + y * side + x] = weight;
      }
    });
  });
  return matrix;
}
