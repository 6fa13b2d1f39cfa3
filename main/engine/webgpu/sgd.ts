import * as tf from '@tensorflow/tfjs-core';
import type { Gradient, SgdOptions, SgdUpdate } from '../ops/sgd.ts';
import { dispatch, openBackend, type Kernel } from './dispatch.ts';
import { matMul } from './mat-mul.ts';

/** Values that a workgroup updates: November 2026, not yet measured on a GPU. */
const groupSize = 1024;
/** Weight, velocity and gradient of a parameter are an array each. */
const arraysEach = 3;

/** How many parameters one dispatch updates: each takes three of the arrays that a shader of this device may have. */
export function updatesAtOnce(): number {
  return Math.floor(openBackend().device.limits.maxStorageBuffersPerShaderStage / arraysEach);
}

/** One step of SGD (ops/sgd.ts), in as few dispatches as the device's limit of arrays allows. */
export function sgdSteps(updates: readonly SgdUpdate[], options: SgdOptions): void {
  const most = updatesAtOnce();
  for (const withVelocity of [true, false]) {
    const alike = updates.filter(({ velocity }) => (velocity !== null) === withVelocity);
    for (let i = 0; i < alike.length; i += most) update(alike.slice(i, i + most), options);
  }
}

export function sgdStep(param: tf.Variable, grad: Gradient, velocity: tf.Variable | null, options: SgdOptions): void {
  sgdSteps([{ param, grad, velocity }], options);
}

function update(updates: readonly SgdUpdate[], { learningRate, momentum, weightDecay }: SgdOptions): void {
  const gradients = updates.map(({ grad }) => gradientOf(grad));
  const variables = updates.flatMap(({ param, velocity }) => (velocity ? [param, velocity] : [param]));
  variables.forEach(unshare);
  let groups = 0;
  const sizes: Record<string, number> = {};
  updates.forEach(({ param }, i) => {
    sizes[`size${i}`] = param.size;
    sizes[`first${i}`] = groups;
    groups += Math.ceil(param.size / groupSize);
  });
  dispatch(updateKernel(updates.length, updates[0].velocity !== null), {
    reads: gradients.map(({ tensor }) => tensor),
    writes: variables,
    uniforms: { ...sizes, learningRate, momentum, weightDecay },
    groups,
  });
  for (const { tensor, own } of gradients) if (own) tensor.dispose();
}

function gradientOf(grad: Gradient): { readonly tensor: tf.Tensor; readonly own: boolean } {
  if (grad instanceof tf.Tensor) return { tensor: grad, own: false };
  return { tensor: matMul({ a: grad.a, b: grad.b, transposeA: true }), own: true };
}

/** Gives a variable its own memory when clones share it, so that writing in place leaves them alone. */
function unshare(variable: tf.Variable): void {
  if (openBackend().refCount(variable.dataId) === 1) return;
  const copy = tf.tidy(() => tf.mul(variable, 1));
  variable.assign(copy);
  copy.dispose();
}

const kernels = new Map<string, Kernel>();

function updateKernel(count: number, withVelocity: boolean): Kernel {
  const name = `sgd of ${count}${withVelocity ? ' with momentum' : ''}`;
  let kernel = kernels.get(name);
  if (!kernel) kernels.set(name, (kernel = writeKernel(name, count, withVelocity)));
  return kernel;
}

function writeKernel(name: string, count: number, withVelocity: boolean): Kernel {
  const each = Array.from({ length: count }, (_, i) => i);
  const move = (i: number): string =>
    withVelocity
      ? `velocity${i}[at] = u.momentum * velocity${i}[at] + gradient;
        weight${i}[at] -= u.learningRate * velocity${i}[at];`
      : `weight${i}[at] -= u.learningRate * gradient;`;
  return {
    name,
    reads: each.map((i) => `gradient${i}`),
    writes: each.flatMap((i) => (withVelocity ? [`weight${i}`, `velocity${i}`] : [`weight${i}`])),
    uniforms: each.flatMap((i) => [`size${i}`, `first${i}`]),
    floats: ['learningRate', 'momentum', 'weightDecay'],
    threads: [256, 1],
    body: each
      .toReversed()
      .map(
        (i) => `
  if (group >= u.first${i}) {
    let first = (group - u.first${i}) * ${groupSize} + thread;
    for (var at = first; at < min(u.size${i}, first + ${groupSize}); at += 256) {
        let gradient = gradient${i}[at] + u.weightDecay * weight${i}[at];
        ${move(i)}
    }
    return;
  }`,
      )
      .join(''),
  };
}
