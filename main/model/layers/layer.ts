import * as tf from '@tensorflow/tfjs-core';
import type { Gradient } from '../../engine/ops.ts';

/** How a weight stands in PyTorch: convolutions OIHW instead of HWIO, gates [1, φ, 1, 1] instead of [φ]. */
export type Layout = 'convolution' | 'gate' | 'same';

/** A trainable weight under its PyTorch name. */
export interface Parameter<R extends tf.Rank = tf.Rank> {
  readonly name: string;
  readonly value: tf.Variable<R>;
  readonly layout: Layout;
}

/** A running statistic: kept in checkpoints, never trained. */
export interface Statistic {
  readonly name: string;
  readonly value: tf.Variable;
}

/** Takes a parameter's gradient as soon as the backward pass has it, and owns it from then on. */
export type ApplyGradient = (parameter: Parameter, gradient: Gradient) => void;

/** What a training pass knows besides its input: enough to make dropout a pure function of (seed, step). */
export interface Pass {
  readonly seed: number;
  readonly step: number;
}

/** Half of a training pass: the output, and the way back. `backward` may be called once. */
export interface Forward {
  readonly y: tf.Tensor;
  /** ∂L/∂y → ∂L/∂x, or null when `inputGradient` is false and nobody needs it. */
  backward(dy: tf.Tensor, apply: ApplyGradient, inputGradient: boolean): tf.Tensor | null;
}

/**
 * One runnable layer. It disposes what it made (y, whatever it saved) when its backward pass is over, and
 * leaves x and dy to whoever made those.
 */
export interface Layer extends Weights {
  /** Inference: running statistics, no dropout. */
  infer(x: tf.Tensor): tf.Tensor;
  forward(x: tf.Tensor, pass: Pass): Forward;
}

export function parameter<R extends tf.Rank>(name: string, value: tf.Tensor<R>, layout: Layout = 'same'): Parameter<R> {
  return { name, value: variable(value), layout };
}

/** An engine variable that takes over `value`. */
export function variable<R extends tf.Rank>(value: tf.Tensor<R>): tf.Variable<R> {
  const made = tf.variable(value);
  value.dispose();
  return made;
}

/** Weights and statistics, of one layer or of a half. */
export interface Weights {
  readonly parameters: readonly Parameter[];
  readonly statistics: readonly Statistic[];
}

export function disposeWeights({ parameters, statistics }: Weights): void {
  for (const slot of [...parameters, ...statistics]) slot.value.dispose();
}

/** `tf.tidy` for a record of tensors, some of which may be null. */
export function tidyRecord<T extends Record<string, tf.Tensor | null>>(compute: () => T): T {
  return tf.tidy(compute as () => tf.TensorContainer) as T;
}
