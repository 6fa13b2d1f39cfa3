import * as tf from '@tensorflow/tfjs-core';
import type { Activation, ReluGrad, ScaleShift } from '../../ops/pointwise.ts';
import { float32 } from '../attributes.ts';
import { run } from '../backend.ts';
import { add, multiply } from './arithmetic.ts';

export function reluGrad<T extends tf.Tensor>({ dy, y }: ReluGrad<T>): T {
  return run('ReluGrad', [float32()], dy, y) as T;
}

export function biasActivation<T extends tf.Tensor>(x: T, bias: tf.Tensor1D, activation: Activation): T {
  return activated(run('BiasAdd', [float32()], x, bias) as T, activation);
}

export function scaleShift<T extends tf.Tensor>({ x, scale, shift, activation }: ScaleShift<T>): T {
  return activated(
    tf.tidy(() => add(multiply(x, scale), shift) as T),
    activation,
  );
}

/** activation(x), in place of x. */
export function activated<T extends tf.Tensor>(x: T, activation: Activation): T {
  if (activation === 'none') return x;
  const y = run('Relu', [float32()], x) as T;
  x.dispose();
  return y;
}
