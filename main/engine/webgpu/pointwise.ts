import type * as tf from '@tensorflow/tfjs-core';
import type { Activation, ReluGrad, ScaleShift } from '../ops/pointwise.ts';
import { dispatch, empty, type Kernel } from './dispatch.ts';

/** A kernel with a thread for each value of y; `value` is the WGSL expression of number `i`, of map `i % u.maps`. */
function pointwise(name: string, reads: readonly string[], value: string): Kernel {
  return {
    name,
    reads,
    writes: ['y'],
    uniforms: ['size', 'maps'],
    threads: [256, 1],
    body: `
  let i = group * 256 + thread;
  if (i >= u.size) { return; }
  y[i] = ${value};`,
  };
}

function run<T extends tf.Tensor>(kernel: Kernel, shape: readonly number[], reads: readonly tf.Tensor[]): T {
  const y = empty<T>(shape);
  const uniforms = { size: y.size, maps: shape[shape.length - 1] };
  dispatch(kernel, { reads, writes: [y], uniforms, groups: Math.ceil(y.size / 256) });
  return y;
}

const biased = 'x[i] + bias[i % u.maps]';
const scaled = 'x[i] * scale[i % u.maps] + shift[i % u.maps]';

const kernels = {
  bias: {
    none: pointwise('bias none', ['x', 'bias'], biased),
    relu: pointwise('bias relu', ['x', 'bias'], `relu(${biased})`),
  },
  scale: {
    none: pointwise('scale none', ['x', 'scale', 'shift'], scaled),
    relu: pointwise('scale relu', ['x', 'scale', 'shift'], `relu(${scaled})`),
  },
  reluGrad: pointwise('relu gradient', ['dy', 'out'], 'select(0.0, dy[i], out[i] > 0.0)'),
};

/** activation(x + bias), the bias [maps] along the last axis of x. */
export function biasActivation<T extends tf.Tensor>(x: T, bias: tf.Tensor1D, activation: Activation): T {
  return run(kernels.bias[activation], x.shape, [x, bias]);
}

/** activation(x · scale + shift), both [maps] along the last axis. */
export function scaleShift<T extends tf.Tensor>({ x, scale, shift, activation }: ScaleShift<T>): T {
  return run(kernels.scale[activation], x.shape, [x, scale, shift]);
}

/** The gradient of y = relu(x): dy where y > 0, else 0. */
export function reluGrad<T extends tf.Tensor>({ dy, y }: ReluGrad<T>): T {
  return run(kernels.reluGrad, dy.shape, [dy, y]);
}
