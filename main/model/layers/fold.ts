import * as tf from '@tensorflow/tfjs-core';
import { matMul } from '../../engine/ops.ts';
import type { Random } from '../../random.ts';
import { adaptiveAverage } from './pool-flatten.ts';

/**
 * Adaptive pooling from k×k up to s×s (k < s) is a fixed linear map A [s², k²], so the fully connected layer after
 * it may work on the k×k map itself with the weight W' = W·A. SGD on W then moves W' along G'·AᵀA, where G' is the
 * gradient for W'; weight decay and momentum commute with the map. Function and trajectory are those of the unfolded
 * layer at (k/s)² of the work. For k = 1, AᵀA is the number s².
 */
export interface Fold {
  unfoldedInputs(inputs: number): number;
  /** W·A of a weight drawn as PyTorch would draw the unfolded one: [units, maps·k²]. */
  initialWeight(units: number, inputs: number, bound: number, source: Random): tf.Tensor2D;
  /** G' → G'·AᵀA, consuming G' [units, maps·k²]. */
  foldGradient(gradient: tf.Tensor2D): tf.Tensor;
}

export function foldPooling(side: number, pooled: number): Fold {
  const cells = side * side;
  const pooledCells = pooled * pooled;
  const a = adaptiveAverage(side, pooled);
  const metric = gram(a, pooledCells, cells);
  return {
    unfoldedInputs: (inputs) => (inputs / cells) * pooledCells,
    initialWeight(units, inputs, bound, source) {
      const folded = new Float32Array(units * inputs);
      for (let at = 0; at < folded.length; at += cells) {
        for (let p = 0; p < pooledCells; p++) {
          const w = (2 * source.uniform() - 1) * bound;
          for (let c = 0; c < cells; c++) folded[at + c] += w * a[p * cells + c];
        }
      }
      return tf.tensor2d(folded, [units, inputs]);
    },
    foldGradient(gradient) {
      const folded = tf.tidy(() =>
        cells === 1
          ? tf.mul(gradient, metric[0])
          : tf.reshape(
              matMul(tf.reshape(gradient, [gradient.size / cells, cells]), tf.tensor2d(metric, [cells, cells])),
              gradient.shape,
            ),
      );
      gradient.dispose();
      return folded;
    },
  };
}

/** AᵀA of a row-major [rows, columns] matrix. */
function gram(a: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(columns * columns);
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let r = 0; r < rows; r++) sum += a[r * columns + i] * a[r * columns + j];
      out[i * columns + j] = sum;
    }
  }
  return out;
}
