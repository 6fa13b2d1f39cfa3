import * as tf from '@tensorflow/tfjs-core';
import {
  batchNormGrad,
  batchNormTrain,
  biasActivation,
  conv2d,
  conv2dFilterGrad,
  conv2dInputGrad,
  scaleShift,
  sumRows,
  type Window,
} from '../../engine/ops.ts';
import { initialBias, initialFilter } from '../../model/layers/initialise.ts';
import type { Layer } from '../../model/layers/layer.ts';
import { norm } from '../../model/layers/norm.ts';

type Shape4 = [number, number, number, number];

export interface TransposedOptions {
  readonly name: string;
  readonly maps: number;
  readonly filters: number;
  /** Sides of the maps that go in and come out. */
  readonly from: number;
  readonly to: number;
  readonly seed: number;
}

/** What a transposed convolution from one side to another has: about twice the side at stride 2, else at stride 1. */
export function transposedWindow(from: number, to: number): { readonly kernel: number; readonly window: Window } {
  const stride = to > from && to >= 2 * from - 2 && to <= 2 * from + 1 ? 2 : 1;
  const reach = to - (from - 1) * stride;
  const pad = Math.max(0, Math.ceil((stride + 2 - reach) / 2));
  return { kernel: reach + 2 * pad, window: { stride, pad } };
}

/** Its products, the same for both kinds of layers: [n, from, from, maps] → [n, to, to, filters]. */
function transposed({ name, maps, filters, from, to, seed }: TransposedOptions) {
  const { kernel, window } = transposedWindow(from, to);
  const fanIn = maps * kernel * kernel;
  const filter = initialFilter(name, [kernel, kernel, filters, maps], fanIn, seed);
  return {
    filter,
    fanIn,
    apply: (x: tf.Tensor): tf.Tensor4D =>
      conv2dInputGrad({
        dy: x as tf.Tensor4D,
        filter: filter.value,
        inputShape: [x.shape[0], to, to, filters] as Shape4,
        window,
      }),
    inputGradient: (dz: tf.Tensor): tf.Tensor => conv2d({ x: dz as tf.Tensor4D, filter: filter.value, window }),
    filterGradient: (x: tf.Tensor, dz: tf.Tensor): tf.Tensor4D =>
      conv2dFilterGrad({
        x: dz as tf.Tensor4D,
        dy: x as tf.Tensor4D,
        filterShape: filter.value.shape,
        window,
      }),
  };
}

/** Transposed convolution, BatchNorm and ReLU as one layer. */
export function transposedNorm(options: TransposedOptions): Layer {
  const { filter, apply: convolve, inputGradient: below, filterGradient } = transposed(options);
  const bn = norm(`${options.name}.norm`, options.filters);
  return {
    parameters: [filter, ...bn.parameters],
    statistics: bn.statistics,
    infer: (x) =>
      tf.tidy(() => {
        const { scale, shift } = bn.affine(null);
        return scaleShift({ x: convolve(x), scale, shift, activation: 'relu' });
      }),
    forward(x) {
      const z = convolve(x);
      const affine = { gamma: bn.gamma.value, epsilon: bn.epsilon, activation: 'relu' } as const;
      const { y, mean, variance } = batchNormTrain({ x: z, beta: bn.beta.value, ...affine });
      bn.track(mean, variance, z.size / options.filters, null);
      return {
        y,
        backward(dy, apply, inputGradient) {
          const { dx: dz, dGamma, dBeta } = batchNormGrad({ dy, x: z, y, mean, variance, ...affine });
          tf.dispose([z, y, mean, variance]);
          const dx = inputGradient ? below(dz) : null;
          const dFilter = filterGradient(x, dz);
          dz.dispose();
          apply(filter, dFilter);
          apply(bn.gamma, dGamma);
          apply(bn.beta, dBeta);
          return dx;
        },
      };
    },
  };
}

/** Transposed convolution and bias: the last layer, whose maps are the channels of the image. */
export function transposedBias(options: TransposedOptions): Layer {
  const { filter, fanIn, apply: convolve, inputGradient: below, filterGradient } = transposed(options);
  const bias = initialBias(options.name, options.filters, fanIn, options.seed);
  const infer = (x: tf.Tensor): tf.Tensor => tf.tidy(() => biasActivation(convolve(x), bias.value, 'none'));
  return {
    parameters: [filter, bias],
    statistics: [],
    infer,
    forward(x) {
      const y = infer(x);
      return {
        y,
        backward(dy, apply, inputGradient) {
          y.dispose();
          const dx = inputGradient ? below(dy) : null;
          apply(filter, filterGradient(x, dy));
          apply(bias, sumRows(dy));
          return dx;
        },
      };
    },
  };
}
