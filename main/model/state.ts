import * as tf from '@tensorflow/tfjs-core';
import { SluiceError } from '../errors.ts';
import type { Layout, Weights } from './layers/layer.ts';

/** A tensor outside the engine, in PyTorch's layout (conv OIHW, transposed conv IOHW, linear [out, in]). */
export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** Tensors under PyTorch's names (`features.0.weight`, `features.1.running_mean`, …). */
export type StateDict = Readonly<Record<string, NamedTensor>>;

/** Weights of one half, and the optimiser's velocities under the weights' names. */
export interface HalfState {
  readonly weights: StateDict;
  readonly momentum: StateDict;
}

/** HWIO ↔ OIHW; for a transposed convolution the same permutation gives PyTorch's IOHW. */
const toTorch = [3, 2, 0, 1];
const fromTorch = [2, 3, 1, 0];

/** Reads all weights and running statistics out of the engine. */
export async function readState({ parameters, statistics }: Weights): Promise<StateDict> {
  const slots = [...parameters, ...statistics.map((statistic) => ({ ...statistic, layout: 'same' as const }))];
  const read = slots.map(async ({ name, value, layout }) => [name, await readTensor(value, layout)] as const);
  return Object.fromEntries(await Promise.all(read));
}

/** Puts a state back; every tensor must be there, in its size. */
export function writeState({ parameters, statistics }: Weights, state: StateDict): void {
  for (const { name, value, layout } of parameters) writeTensor(name, value, layout, state);
  for (const { name, value } of statistics) writeTensor(name, value, 'same', state);
}

/** One tensor of the engine in PyTorch's layout. int32 becomes int64, as PyTorch counts batches. */
export async function readTensor(value: tf.Tensor, layout: Layout): Promise<NamedTensor> {
  const ordered = layout === 'convolution' ? tf.transpose(value, toTorch) : value;
  const data = await ordered.data();
  if (ordered !== value) ordered.dispose();
  return {
    shape: torchShape(value, layout),
    data: data instanceof Float32Array ? data : BigInt64Array.from(data, (x) => BigInt(x)),
  };
}

/** Assigns the tensor `name` of a state dict to an engine variable. */
export function writeTensor(name: string, value: tf.Variable, layout: Layout, state: StateDict): void {
  const tensor = state[name];
  if (!tensor) throw new SluiceError('missing-tensor', `the checkpoint has no tensor "${name}"`, { path: name });
  const expected = torchShape(value, layout);
  if (tensor.shape.join() !== expected.join() || tensor.data.length !== value.size) {
    throw new SluiceError(
      'wrong-shape',
      `tensor "${name}" of the checkpoint is [${tensor.shape.join(', ')}], expected [${expected.join(', ')}]`,
      { path: name },
    );
  }
  tf.tidy(() => {
    const data = tensor.data instanceof Float32Array ? tensor.data : Int32Array.from(tensor.data, Number);
    const given =
      layout === 'convolution'
        ? tf.transpose(tf.tensor(data, expected, value.dtype), fromTorch)
        : tf.tensor(data, value.shape, value.dtype);
    value.assign(given);
  });
}

function torchShape(value: tf.Tensor, layout: Layout): number[] {
  if (layout === 'convolution') return toTorch.map((axis) => value.shape[axis]);
  return layout === 'gate' ? [1, value.size, 1, 1] : value.shape;
}
