import * as tf from '@tensorflow/tfjs-core';

type Inputs = Record<string, tf.Tensor>;
type Attributes = Record<string, number | number[] | string | boolean>;

/** Whether the current backend brings this kernel; Sluice's own exist on `cpu` alone. */
export function hasKernel(name: string): boolean {
  return Boolean(tf.getKernel(name, tf.getBackend()));
}

/** Runs a kernel with one output. */
export function runKernel(name: string, inputs: Inputs, attributes: Attributes = {}): tf.Tensor {
  return tf.engine().runKernel<tf.Tensor>(name, inputs, attributes);
}

/** Runs a kernel with several outputs, or none. */
export function runKernels(name: string, inputs: Inputs, attributes: Attributes = {}): tf.Tensor[] {
  return tf.engine().runKernel<tf.Tensor[]>(name, inputs, attributes);
}
