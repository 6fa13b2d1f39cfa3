import * as tf from '@tensorflow/tfjs-core';
import { matMul } from '../../engine/ops.ts';
import type { Layer } from './layer.ts';

/** Height and width of a map. */
export type MapSize = readonly [height: number, width: number];

/**
 * Adaptive average pooling of [n, h, w, maps] to size×size, or none when `size` is null, then PyTorch's channel-major
 * flatten: [n, maps·size²]. Pooling is one product with a constant matrix, so its gradient is the transposed product.
 */
export function poolFlatten([height, width]: MapSize, size: number | null): Layer {
  const cells = height * width;
  const matrix = size === null || (height === size && width === size) ? null : adaptiveAverage([height, width], size);
  const pooledCells = matrix ? matrix.length / cells : cells;
  const pool = (values: Float32Array): tf.Tensor2D => tf.tensor2d(values, [pooledCells, cells]);
  const flatten = (x: tf.Tensor): tf.Tensor =>
    tf.tidy(() => {
      const [n, , , maps] = x.shape as [number, number, number, number];
      const byMap: tf.Tensor2D = tf.reshape(tf.transpose(tf.reshape(x, [n, cells, maps]), [0, 2, 1]), [
        n * maps,
        cells,
      ]);
      const pooled = matrix ? matMul({ a: byMap, b: pool(matrix), transposeB: true }) : byMap;
      return tf.reshape(pooled, [n, maps * pooledCells]);
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
            const [n, , , maps] = x.shape as [number, number, number, number];
            const dPooled: tf.Tensor2D = tf.reshape(dy, [n * maps, pooledCells]);
            const byMap = matrix ? matMul({ a: dPooled, b: pool(matrix) }) : dPooled;
            return tf.reshape(tf.transpose(tf.reshape(byMap, [n, maps, cells]), [0, 2, 1]), x.shape);
          });
        },
      };
    },
  };
}

/** The matrix [size², h·w] of PyTorch's AdaptiveAvgPool2d: bin i of a side averages its ⌊i·side/size⌋ to ⌈(i+1)·side/size⌉. */
export function adaptiveAverage([height, width]: MapSize, size: number): Float32Array {
  const matrix = new Float32Array(size * size * height * width);
  bins(height, size).forEach((rows, i) => {
    bins(width, size).forEach((columns, j) => {
      const weight = 1 / ((rows.end - rows.start) * (columns.end - columns.start));
      const from = (i * size + j) * height * width;
      for (let y = rows.start; y < rows.end; y++) {
        matrix.fill(weight, from + y * width + columns.start, from + y * width + columns.end);
      }
    });
  });
  return matrix;
}

function bins(side: number, size: number): { start: number; end: number }[] {
  return Array.from({ length: size }, (_, i) => ({
    start: Math.floor((i * side) / size),
    end: Math.ceil(((i + 1) * side) / size),
  }));
}
