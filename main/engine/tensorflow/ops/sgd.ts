import * as tf from '@tensorflow/tfjs-core';
import type { Gradient, SgdOptions } from '../../ops/sgd.ts';
import { bool, float32 } from '../attributes.ts';
import { onGpu, runs } from '../backend.ts';
import { add, multiply } from './arithmetic.ts';
import { inPlace } from './in-place.ts';
import { matMul } from './mat-mul.ts';

export function sgdStep(
  param: tf.Variable,
  gradient: Gradient,
  velocity: tf.Variable | null,
  options: SgdOptions,
): void {
  tf.tidy(() => {
    const grad = gradient instanceof tf.Tensor ? gradient : matMul({ a: gradient.a, b: gradient.b, transposeA: true });
    if (velocity) withMomentum(param, grad, velocity, options);
    else plain(param, grad, options);
  });
}

/** w −= rate·(g + decay·w). */
function plain(param: tf.Variable, grad: tf.Tensor, { learningRate, weightDecay }: SgdOptions): void {
  if (weightDecay === 0) {
    inPlace([param], ([w]) => descend(w, learningRate, grad));
  } else if (onGpu()) {
    const decayed = add(grad, multiply(param, tf.scalar(weightDecay)));
    inPlace([param], ([w]) => descend(w, learningRate, decayed));
  } else {
    // A proximal step is (w − α·g) / (1 + α·decay): the same at α = rate / (1 − rate·decay), and one pass over w.
    const alpha = learningRate / (1 - learningRate * weightDecay);
    inPlace([param], ([w]) =>
      apply('ResourceApplyProximalGradientDescent', w, tf.scalar(alpha), tf.scalar(0), tf.scalar(weightDecay), grad),
    );
  }
}

/** v = momentum·v + g + decay·w, taken as momentum·(v + decay/momentum·w) + g; w −= rate·v. */
function withMomentum(param: tf.Variable, grad: tf.Tensor, velocity: tf.Variable, options: SgdOptions): void {
  const { learningRate, momentum, weightDecay } = options;
  if (weightDecay !== 0) inPlace([velocity], ([v]) => descend(v, -weightDecay / momentum, param));
  inPlace([param, velocity], ([w, v]) => {
    const rates = [tf.scalar(learningRate), grad, tf.scalar(momentum)];
    runs('ResourceApplyMomentum', [float32(), bool('use_nesterov', false)], [w, v, ...rates], 0);
  });
}

/** w −= rate·g. */
function descend(w: tf.Tensor, rate: number, grad: tf.Tensor): void {
  apply('ResourceApplyGradientDescent', w, tf.scalar(rate), grad);
}

function apply(operation: string, ...inputs: tf.Tensor[]): void {
  runs(operation, [float32()], inputs, 0);
}
