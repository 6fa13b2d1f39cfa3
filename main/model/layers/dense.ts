import * as tf from '@tensorflow/tfjs-core';
import { biasActivation, matMul, reluGrad, sumRows } from '../../engine/ops.ts';
import { random, type Random } from '../../random.ts';
import type { DenseEntry } from '../entries/dense.ts';
import type { Fold } from './fold.ts';
import { initialBias, uniform } from './initialise.ts';
import { parameter, type Layer } from './layer.ts';

export interface DenseOptions {
  readonly name: string;
  readonly inputs: number;
  readonly seed: number;
  /** Adaptive pooling folded into this layer's weight; `inputs` counts the values before pooling. */
  readonly fold?: Fold;
}

/** Fully connected layer with optional ReLU and dropout: [n, inputs] → [n, units]. Weight as in PyTorch, [units, inputs]. */
export function dense(entry: DenseEntry, { name, inputs, seed, fold }: DenseOptions): Layer {
  const weightName = `${name}.weight`;
  const initial = fold
    ? fold.initialWeight(weightName, [entry.units, inputs], seed)
    : uniform<tf.Rank.R2>(weightName, [entry.units, inputs], inputs, seed);
  const weight = parameter(weightName, initial);
  const bias = initialBias(name, entry.units, fold ? fold.unfoldedInputs(inputs) : inputs, seed);
  const flat = (x: tf.Tensor): tf.Tensor2D => tf.reshape(x, [x.shape[0], inputs]);
  const affine = (x: tf.Tensor): tf.Tensor =>
    tf.tidy(() =>
      biasActivation(matMul({ a: flat(x), b: weight.value, transposeB: true }), bias.value, entry.activation),
    );
  return {
    parameters: [weight, bias],
    statistics: [],
    infer: affine,
    forward(x, pass) {
      const activated = affine(x);
      const keep = entry.dropout
        ? dropoutMask(activated.shape, entry.dropout, random(pass.seed, 'dropout', name, pass.step))
        : null;
      const y = keep ? tf.mul(activated, keep) : activated;
      return {
        y,
        backward(dy, apply, inputGradient) {
          const dActivated = keep ? tf.mul(dy, keep) : dy;
          const dz = (
            entry.activation === 'relu' ? reluGrad({ dy: dActivated, y: activated }) : dActivated
          ) as tf.Tensor2D;
          const x2d = flat(x);
          const dx = inputGradient ? tf.tidy(() => tf.reshape(matMul({ a: dz, b: weight.value }), x.shape)) : null;
          const dBias = sumRows(dz);
          apply(weight, { a: tf.clone(dz), b: fold ? fold.gradientInputs(x2d) : tf.clone(x2d) });
          apply(bias, dBias);
          tf.dispose([x2d, activated, y, ...(keep ? [keep] : [])]);
          for (const made of [dActivated, dz]) if (made !== dy) made.dispose();
          return dx;
        },
      };
    },
  };
}

/** Inverted dropout: 0 with probability `rate`, else 1/(1-rate). */
function dropoutMask(shape: number[], rate: number, source: Pick<Random, 'fillUniform'>): tf.Tensor {
  const values = new Float32Array(tf.util.sizeFromShape(shape));
  source.fillUniform(values, 1);
  const [bound, kept] = [2 * rate - 1, 1 / (1 - rate)];
  for (let i = 0; i < values.length; i++) values[i] = values[i] < bound ? 0 : kept;
  return tf.tensor(values, shape);
}
