import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, runKernels } from './kernel.ts';
import { matMul } from './mat-mul.ts';

/** The gradient aᵀ·b of a weight [rows, columns], not multiplied out: a is [n, rows], b [n, columns]. */
export interface ProductGradient extends tf.NamedTensorMap {
  readonly a: tf.Tensor2D;
  readonly b: tf.Tensor2D;
}

export type Gradient = tf.Tensor | ProductGradient;

/** A parameter, its gradient, and its velocity where there is momentum. */
export interface SgdUpdate {
  readonly param: tf.Variable;
  readonly grad: Gradient;
  readonly velocity: tf.Variable | null;
}

export interface SgdOptions {
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

/**
 * One step of SGD as PyTorch takes it, into the variables: g += weightDecay·w; v = momentum·v + g; w −= learningRate·v.
 * Without momentum `velocity` is null and v = g. The old values are gone wherever nothing else holds them;
 * a clone taken before the step keeps them.
 */
export function sgdStep(param: tf.Variable, grad: Gradient, velocity: tf.Variable | null, options: SgdOptions): void {
  if (grad instanceof tf.Tensor) {
    step(param, grad, velocity, options);
  } else if (velocity === null && hasKernel('SgdProductStep')) {
    const { learningRate, weightDecay } = options;
    unshare(param);
    runKernels('SgdProductStep', { param, a: grad.a, b: grad.b }, { learningRate, weightDecay });
  } else {
    const product = matMul({ a: grad.a, b: grad.b, transposeA: true });
    step(param, product, velocity, options);
    product.dispose();
  }
}

function step(param: tf.Variable, grad: tf.Tensor, velocity: tf.Variable | null, options: SgdOptions): void {
  const { learningRate, momentum, weightDecay } = options;
  if (hasKernel('SgdStep')) {
    unshare(param);
    if (velocity) unshare(velocity);
    runKernels('SgdStep', velocity ? { param, grad, velocity } : { param, grad }, {
      learningRate,
      momentum,
      weightDecay,
    });
    return;
  }
  tf.tidy(() => {
    let move = weightDecay === 0 ? grad : tf.add(grad, tf.mul(param, weightDecay));
    if (velocity) {
      velocity.assign(tf.add(tf.mul(velocity, momentum), move));
      move = velocity;
    }
    param.assign(tf.sub(param, tf.mul(move, learningRate)));
  });
}

/** Gives a variable its own memory when clones share it, so that writing in place leaves them alone. */
function unshare(variable: tf.Variable): void {
  if (tf.engine().backend.refCount(variable.dataId) === 1) return;
  const copy = tf.tensor(variable.dataSync(), variable.shape, variable.dtype);
  variable.assign(copy);
  copy.dispose();
}
