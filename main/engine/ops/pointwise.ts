import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, runKernel } from './kernel.ts';

export type Activation = 'none' | 'relu';

export interface ScaleShift<T extends tf.Tensor> {
  readonly x: T;
  readonly scale: tf.Tensor1D;
  readonly shift: tf.Tensor1D;
  readonly activation: Activation;
}

export interface ReluGrad<T extends tf.Tensor> {
  readonly dy: T;
  readonly y: T;
}

/** activation(x + bias), the bias [maps] along the last axis of x. */
export function biasActivation<T extends tf.Tensor>(x: T, bias: tf.Tensor1D, activation: Activation): T {
  if (hasKernel('BiasActivation')) return runKernel('BiasActivation', { x, bias }, { activation }) as T;
  return tf.tidy(() => activate(tf.add(x, bias), activation));
}

/** activation(x · scale + shift), both [maps] along the last axis: BatchNorm in inference. */
export function scaleShift<T extends tf.Tensor>({ x, scale, shift, activation }: ScaleShift<T>): T {
  if (hasKernel('ScaleShift')) return runKernel('ScaleShift', { x, scale, shift }, { activation }) as T;
  return tf.tidy(() => activate(tf.add(tf.mul(x, scale), shift), activation));
}

/** The gradient of y = relu(x): dy where y > 0, else 0. */
export function reluGrad<T extends tf.Tensor>({ dy, y }: ReluGrad<T>): T {
  if (hasKernel('ReluGrad')) return runKernel('ReluGrad', { dy, y }) as T;
  return tf.tidy(() => tf.where(tf.greater(y, 0), dy, tf.zerosLike(dy)));
}

export function activate<T extends tf.Tensor>(x: T, activation: Activation): T {
  return activation === 'relu' ? tf.relu(x) : x;
}
