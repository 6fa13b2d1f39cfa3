import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import * as tf from '@tensorflow/tfjs-core';
import type { Parameter } from '../../main/model/layers/layer.ts';

/**
 * The layers once more, written with operations that TensorFlow.js differentiates itself. They follow PyTorch's
 * definitions and share nothing with main/model but the weights' names.
 */
export type Named = Readonly<Record<string, tf.Tensor>>;
export type Reference = (x: tf.Tensor, weights: Named) => tf.Tensor;

/** BatchNorm normalises with the batch's statistics in training and with the running ones in inference. */
export type Statistics = 'batch' | 'running';

export function batchNorm(z: tf.Tensor, weights: Named, name: string, epsilon: number, from: Statistics): tf.Tensor {
  const axes = z.shape.slice(0, -1).map((_, axis) => axis);
  const batch = tf.moments(z, axes);
  const mean = from === 'batch' ? batch.mean : weights[`${name}.running_mean`];
  const variance = from === 'batch' ? batch.variance : weights[`${name}.running_var`];
  const normal = tf.div(tf.sub(z, mean), tf.sqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(normal, weights[`${name}.weight`]), weights[`${name}.bias`]);
}

export function convolution(x: tf.Tensor, weights: Named, name: string, stride: number, pad: number): tf.Tensor {
  const z = tf.conv2d(x as tf.Tensor4D, weights[`${name}.weight`] as tf.Tensor4D, stride, pad, 'NHWC', 1, 'floor');
  const bias = weights[`${name}.bias`];
  return bias ? tf.add(z, bias) : z;
}

export function transposedConvolution(
  x: tf.Tensor,
  weights: Named,
  name: string,
  output: [number, number, number, number],
  stride: number,
  pad: number,
): tf.Tensor {
  const weight = weights[`${name}.weight`] as tf.Tensor4D;
  const z = tf.conv2dTranspose(x as tf.Tensor4D, weight, output, stride, pad, 'floor');
  return tf.add(z, weights[`${name}.bias`]);
}

export function affine(x: tf.Tensor, weights: Named, name: string): tf.Tensor {
  const flat = tf.reshape(x, [x.shape[0], -1]);
  return tf.add(tf.matMul(flat, weights[`${name}.weight`], false, true), weights[`${name}.bias`]);
}

/** AdaptiveAvgPool2d(size), bin by bin, then flatten as if the maps were NCHW. */
export function adaptivePoolFlatten(x: tf.Tensor, size: number): tf.Tensor {
  const [n, height, width, maps] = x.shape as [number, number, number, number];
  const bin = (i: number, side: number): [start: number, length: number] => {
    const start = Math.floor((i * side) / size);
    return [start, Math.ceil(((i + 1) * side) / size) - start];
  };
  const cells: tf.Tensor[] = [];
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const [top, rows] = bin(i, height);
      const [left, columns] = bin(j, width);
      cells.push(tf.mean(tf.slice(x, [0, top, left, 0], [n, rows, columns, maps]), [1, 2]));
    }
  }
  return tf.reshape(tf.stack(cells, 2), [n, maps * size * size]);
}

/** Gradients of Σ dy·reference(x) by x and by every parameter, as TensorFlow.js derives them. */
export function autodiff(
  reference: Reference,
  x: tf.Tensor,
  parameters: readonly Parameter[],
  dy: tf.Tensor,
): { dx: tf.Tensor; gradients: Record<string, tf.Tensor> } {
  const names = parameters.map(({ name }) => name);
  const weighted = (input: tf.Tensor, ...values: tf.Tensor[]): tf.Tensor =>
    tf.sum(tf.mul(reference(input, Object.fromEntries(names.map((name, i) => [name, values[i]]))), dy));
  const derive = tf.grads((...inputs: tf.Tensor[]) => weighted(inputs[0], ...inputs.slice(1)));
  const [dx, ...rest] = derive([x, ...parameters.map(({ value }) => value)]);
  return { dx, gradients: Object.fromEntries(names.map((name, i) => [name, rest[i]])) };
}
