import * as tf from '@tensorflow/tfjs-core';
import {
  batchNormGrad,
  batchNormTrain,
  conv2d,
  conv2dFilterGrad,
  conv2dInputGrad,
  scaleShift,
  type Activation,
  type Window,
} from '../../engine/ops.ts';
import { norm, type NormSettings } from './norm.ts';
import { initialBias, initialFilter } from './initialise.ts';
import type { Layer } from './layer.ts';

export interface NormConvOptions {
  /** PyTorch names of the convolution and its BatchNorm. */
  readonly convName: string;
  readonly normName: string;
  readonly maps: number;
  readonly filters: number;
  readonly kernel: number;
  readonly window: Window;
  readonly activation: Activation;
  /** VGG's and the modules' convolutions have a bias, ResNet's have none. */
  readonly bias: boolean;
  readonly norm?: NormSettings;
  readonly seed: number;
}

/** Convolution, BatchNorm and activation as one layer: [n, h, w, maps] → [n, h', w', filters]. */
export function normConv(options: NormConvOptions): Layer {
  const { window, activation, filters, maps, kernel, convName, seed } = options;
  const fanIn = maps * kernel * kernel;
  const filter = initialFilter(convName, [kernel, kernel, maps, filters], fanIn, seed);
  const bias = options.bias ? initialBias(convName, filters, fanIn, seed) : null;
  const bn = norm(options.normName, filters, options.norm);
  return {
    parameters: [filter, ...(bias ? [bias] : []), ...bn.parameters],
    statistics: bn.statistics,
    infer(x) {
      return tf.tidy(() => {
        const z = conv2d({ x: x as tf.Tensor4D, filter: filter.value, window });
        const { scale, shift } = bn.affine(bias);
        return scaleShift({ x: z, scale, shift, activation });
      });
    },
    forward(x) {
      const z = conv2d({ x: x as tf.Tensor4D, filter: filter.value, window });
      const { y, mean, variance } = batchNormTrain({
        x: z,
        gamma: bn.gamma.value,
        beta: bn.beta.value,
        epsilon: bn.epsilon,
        activation,
      });
      bn.track(mean, variance, z.size / filters, bias);
      return {
        y,
        backward(dy, apply, inputGradient) {
          const {
            dx: dz,
            dGamma,
            dBeta,
          } = batchNormGrad({ dy, x: z, y, mean, variance, gamma: bn.gamma.value, epsilon: bn.epsilon, activation });
          tf.dispose([z, y, mean, variance]);
          const dx = inputGradient
            ? conv2dInputGrad({
                dy: dz as tf.Tensor4D,
                filter: filter.value,
                inputShape: x.shape as [number, number, number, number],
                window,
              })
            : null;
          const dFilter = conv2dFilterGrad({
            x: x as tf.Tensor4D,
            dy: dz as tf.Tensor4D,
            filterShape: filter.value.shape,
            window,
          });
          dz.dispose();
          apply(filter, dFilter);
          // BatchNorm takes the mean away again, so the bias before it has no gradient, only weight decay.
          if (bias) apply(bias, tf.zerosLike(bias.value));
          apply(bn.gamma, dGamma);
          apply(bn.beta, dBeta);
          return dx;
        },
      };
    },
  };
}
