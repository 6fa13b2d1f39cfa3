import * as tf from '@tensorflow/tfjs-core';
import {
  batchNormGrad,
  batchNormTrain,
  conv2d,
  conv2dFilterGrad,
  conv2dInputGrad,
  scaleShift,
  spreadMaps,
} from '../engine/ops.ts';
import { take, type Kept, type ModuleOptions } from './compression.ts';
import { initialBias, initialFilter } from './layers/initialise.ts';
import { tidyRecord, type ApplyGradient, type Weights } from './layers/layer.ts';
import { moduleNorm, norm } from './layers/norm.ts';
import { restoredSide } from './shapes.ts';

type Shape4 = [number, number, number, number];

/** What reached the server: the kept maps [n, h, w, B] and, in budgeted phases, their mask values m [B]. */
export interface Received {
  readonly maps: tf.Tensor;
  readonly kept: Kept;
  readonly mask: tf.Tensor1D | null;
}

export interface DecompressionForward {
  readonly y: tf.Tensor;
  /** ∂L/∂y → the gradient that goes back, (∂L/∂(x·m))·m for the kept maps [n, h, w, B]. */
  backward(dy: tf.Tensor, apply: ApplyGradient): tf.Tensor;
}

/**
 * The server's module: maps × mask, zeros for the rest, transposed convolution (kernel 2+r, stride r, pad r) →
 * BatchNorm → ReLU. Zero maps add nothing to a convolution, so only the kept ones are computed with.
 */
export interface DecompressionModule extends Weights {
  infer(received: Received): tf.Tensor;
  forward(received: Received): DecompressionForward;
}

/** Restores the φ̃ maps there were before compression. */
export function decompressionModule({ spec, originals, maps, nodes, name, seed }: ModuleOptions): DecompressionModule {
  const { resolution } = spec;
  const kernel = 2 + resolution;
  const window = { stride: resolution, pad: resolution };
  // PyTorch takes a transposed convolution's fan-in from its output maps.
  const fanIn = originals * kernel * kernel;
  const filter = nodes ? null : initialFilter(`${name}.convOut1`, [kernel, kernel, originals, maps], fanIn, seed);
  const bias = nodes ? null : initialBias(`${name}.convOut1`, originals, fanIn, seed);
  const bn = norm(`${name}.batchnormOut`, originals, moduleNorm);

  const masked = ({ maps: x, mask }: Received): tf.Tensor => (mask ? tf.mul(x, mask) : x.clone());
  const expand = (x: tf.Tensor, kept: Kept): tf.Tensor => {
    if (!filter) return kept ? spreadMaps(x, kept, maps) : x.clone();
    const [n, h, w] = x.shape as Shape4;
    const weight = take<tf.Tensor4D>(filter.value, kept);
    return conv2dInputGrad({
      dy: x as tf.Tensor4D,
      filter: weight,
      inputShape: [n, restoredSide(spec, h), restoredSide(spec, w), originals],
      window,
    });
  };

  return {
    parameters: [...(filter ? [filter] : []), ...(bias ? [bias] : []), ...bn.parameters],
    statistics: bn.statistics,
    infer: (received) =>
      tf.tidy(() => {
        const { scale, shift } = bn.affine(bias);
        return scaleShift({ x: expand(masked(received), received.kept), scale, shift, activation: 'relu' });
      }),
    forward(received) {
      const { kept, mask } = received;
      const m = masked(received);
      const z = tf.tidy(() => expand(m, kept));
      const { y, mean, variance } = batchNormTrain({
        x: z,
        gamma: bn.gamma.value,
        beta: bn.beta.value,
        epsilon: bn.epsilon,
        activation: 'relu',
      });
      bn.track(mean, variance, z.size / originals, bias);
      return {
        y,
        backward(dy, apply) {
          const {
            dx: dz,
            dGamma,
            dBeta,
          } = batchNormGrad({
            dy,
            x: z,
            y,
            mean,
            variance,
            gamma: bn.gamma.value,
            epsilon: bn.epsilon,
            activation: 'relu',
          });
          tf.dispose([z, y, mean, variance]);
          const { dMaps, dFilter } = tidyRecord(() => {
            const weight = filter && take<tf.Tensor4D>(filter.value, kept);
            const dm = weight ? conv2d({ x: dz as tf.Tensor4D, filter: weight, window }) : take(dz, kept);
            const dKept =
              weight &&
              conv2dFilterGrad({ x: dz as tf.Tensor4D, dy: m as tf.Tensor4D, filterShape: weight.shape, window });
            return {
              dMaps: mask ? tf.mul(dm, mask) : dm.clone(),
              dFilter: dKept && kept ? spreadMaps(dKept, kept, maps) : dKept,
            };
          });
          tf.dispose([m, dz]);
          if (filter && dFilter) apply(filter, dFilter);
          if (bias) apply(bias, tf.zerosLike(bias.value));
          apply(bn.gamma, dGamma);
          apply(bn.beta, dBeta);
          return dMaps;
        },
      };
    },
  };
}
