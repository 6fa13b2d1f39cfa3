import * as tf from '@tensorflow/tfjs-core';
import { matMul } from '../../engine/ops.ts';
import { random } from '../../random.ts';
import { drawn } from './drawn.ts';
import { adaptiveAverage, type MapSize } from './pool-flatten.ts';

/**
 * Adaptive pooling from h×w to s×s is a fixed linear map A [s², h·w], so the fully connected layer after it may work on
 * the h×w map itself with the weight W' = W·A. SGD on W then moves W' along G'·AᵀA, where G' is the gradient for W';
 * weight decay and momentum commute with the map. Function and trajectory are those of the unfolded layer at h·w/s² of
 * the work. For a 1×1 map, AᵀA is the number s².
 */
export interface Fold {
  unfoldedInputs(inputs: number): number;
  /** W·A of a weight drawn as PyTorch would draw the unfolded one: [units, maps·h·w]. */
  initialWeight(name: string, shape: [units: number, inputs: number], seed: number): tf.Tensor2D;
  /** x·AᵀA of the inputs [n, maps·h·w]: G' is a product with x, and G'·AᵀA the same product with this. */
  gradientInputs(x: tf.Tensor2D): tf.Tensor2D;
}

export function foldPooling([height, width]: MapSize, size: number): Fold {
  const cells = height * width;
  const pooledCells = size * size;
  const a = adaptiveAverage([height, width], size);
  const metric = gram(a, pooledCells, cells);
  const unfoldedInputs = (inputs: number): number => (inputs / cells) * pooledCells;
  return {
    unfoldedInputs,
    initialWeight(name, [units, inputs], seed) {
      const values = drawn(name, units * inputs, (folded) => {
        // One unit at a time: unfolded, the first layer of VGG's classifier has 103 million weights.
        const unfolded = new Float32Array(unfoldedInputs(inputs));
        const source = random(seed, 'weights', name);
        for (let unit = 0; unit < units; unit++) {
          source.fillUniform(unfolded, 1 / Math.sqrt(unfolded.length));
          foldWeights(unfolded, a, folded.subarray(unit * inputs, (unit + 1) * inputs), cells);
        }
      });
      return tf.tensor2d(values, [units, inputs]);
    },
    gradientInputs(x) {
      return tf.tidy(() =>
        cells === 1
          ? tf.mul<tf.Tensor2D>(x, metric[0])
          : tf.reshape(
              matMul({ a: tf.reshape(x, [x.size / cells, cells]), b: tf.tensor2d(metric, [cells, cells]) }),
              x.shape,
            ),
      );
    },
  };
}

/** W·A for one unit: each pooled map of `weights` times the row-major matrix `a`, into `folded`. */
function foldWeights(weights: Float32Array, a: Float32Array, folded: Float32Array, cells: number): void {
  const pooledCells = a.length / cells;
  for (let i = 0; i < folded.length; i++) {
    const from = Math.floor(i / cells) * pooledCells;
    const cell = i % cells;
    let sum = 0;
    for (let p = 0; p < pooledCells; p++) sum += weights[from + p] * a[p * cells + cell];
    folded[i] = sum;
  }
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
