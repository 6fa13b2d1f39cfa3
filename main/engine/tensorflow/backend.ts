import * as tf from '@tensorflow/tfjs-core';
import { SluiceError } from '../../errors.ts';
import type { Attribute } from './attributes.ts';

/** The backend of tfjs-node as this engine uses it. */
export interface TensorFlowBackend extends tf.KernelBackend {
  readonly isUsingGpuDevice: boolean;
  /** Runs an operation of TensorFlow's by name. Results belong to the open `tf.tidy`, as those of any operation. */
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
}

/** Whether it computes on a GPU. */
export function onGpu(): boolean {
  return backend().isUsingGpuDevice;
}

/** TensorFlow's operation `name` with one output. */
export function run(name: string, attributes: readonly Attribute[], ...inputs: tf.TensorInfo[]): tf.Tensor {
  return attempt(() => backend().executeSingleOutput(name, attributes, inputs));
}

/** TensorFlow's operation `name` with several outputs, or none. */
export function runs(
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly tf.TensorInfo[],
  outputs: number,
): tf.Tensor[] {
  return attempt(() => backend().executeMultipleOutputs(name, attributes, inputs, outputs));
}

/** Small integers for TensorFlow, as shapes and indices are given: dispose them. */
export function integers(values: Int32Array | readonly number[]): tf.Tensor1D {
  return tf.tensor1d(Int32Array.from(values), 'int32');
}

function backend(): TensorFlowBackend {
  return tf.backend() as TensorFlowBackend;
}

/** TensorFlow's code for what does not fit into memory. */
const RESOURCE_EXHAUSTED = 8;

function attempt<T>(operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes(`TF_Status: ${RESOURCE_EXHAUSTED}`)) throw error;
    throw new SluiceError(
      'out-of-memory',
      `TensorFlow could not get the memory it needs (${error.message.split('\n').at(-1)}). ` +
        'Use a smaller batchSize, a smaller model.width or another engine.',
    );
  }
}
