import * as tf from '@tensorflow/tfjs-core';
import {
  batchNormGrad,
  batchNormTrain,
  conv2d,
  conv2dFilterGrad,
  conv2dInputGrad,
  scaleShift,
  spreadMaps,
  sumRows,
  takeMaps,
} from '../engine/ops.ts';
import { random } from '../random.ts';
import { initialBias, initialFilter } from './layers/initialise.ts';
import { parameter, tidyRecord, type ApplyGradient, type Parameter, type Weights } from './layers/layer.ts';
import { moduleNorm, norm } from './layers/norm.ts';
import type { ModuleSpec } from './spec.ts';

/** Indices of the maps that cross the network, ascending; null means all of them, unmasked. */
export type Kept = readonly number[] | null;

/** What the kept maps are multiplied with instead of σ(f̂), and its derivative by f̂: a value for each. */
export interface Opening {
  readonly values: Float32Array;
  readonly slopes: Float32Array;
}

type Shape4 = [number, number, number, number];

export interface CompressionForward {
  /** [n, h', w', B]: the kept maps, each multiplied by its gate σ(f̂), or as far as it is opened. */
  readonly maps: tf.Tensor;
  /** ∂L/∂maps → ∂L/∂x. The gate's gradient [φ] goes to `applyGate`, so that its own loss can be added there. */
  backward(
    dMaps: tf.Tensor,
    apply: ApplyGradient,
    applyGate: (gradient: tf.Tensor) => void,
    inputGradient: boolean,
  ): tf.Tensor | null;
}

/**
 * The client's module (section 3.1 of the paper): convolution (kernel 2+r, stride r, pad r) → BatchNorm → sigmoid →
 * ×σ(f̂) for each map, or what an opening says. The nodes of an MLP have no convolution.
 */
export interface CompressionModule extends Weights {
  /** f̂, one value for each of the φ maps. */
  readonly gate: Parameter<tf.Rank.R1>;
  /** Inference; maps that are not kept are not computed. */
  infer(x: tf.Tensor, kept: Kept, opening?: Opening | null): tf.Tensor;
  /**
   * Convolution and batch statistics cover all maps, since the running statistics of unsent maps follow the batches
   * too; everything after that, and the whole way back, is done for the kept maps alone, with the same result.
   */
  forward(x: tf.Tensor, kept: Kept, opening?: Opening | null): CompressionForward;
}

/** What a module is built from. `name` is its name in PyTorch; `nodes` tells that it stands between dense layers. */
export interface ModuleOptions {
  readonly spec: ModuleSpec;
  /** φ̃ before compression, φ after. */
  readonly originals: number;
  readonly maps: number;
  readonly nodes: boolean;
  readonly name: string;
  readonly seed: number;
}

export function compressionModule({ spec, originals, maps, nodes, name, seed }: ModuleOptions): CompressionModule {
  const kernel = 2 + spec.resolution;
  const window = { stride: spec.resolution, pad: spec.resolution };
  const fanIn = originals * kernel * kernel;
  const filter = nodes ? null : initialFilter(`${name}.convIn1`, [kernel, kernel, originals, maps], fanIn, seed);
  const bias = nodes ? null : initialBias(`${name}.convIn1`, maps, fanIn, seed);
  const bn = norm(`${name}.batchNormIn`, maps, moduleNorm);
  const gate = parameter(`${name}.prune_filter`, initialGate(maps, seed, name), 'gate');
  const convolve = (x: tf.Tensor, weight: tf.Tensor4D): tf.Tensor =>
    conv2d({ x: x as tf.Tensor4D, filter: weight, window });

  const openOf = (kept: Kept, opening: Opening | null): tf.Tensor =>
    opening ? tf.tensor1d(opening.values) : tf.sigmoid(take<tf.Tensor>(gate.value, kept));

  function backward(saved: Saved, dMaps: tf.Tensor, inputGradient: boolean): Gradients {
    const { x, z, s, mean, variance, kept, opening } = saved;
    const f = openOf(kept, opening);
    const slope = opening ? tf.tensor1d(opening.slopes) : tf.mul(f, tf.sub(1, f));
    const dGate = tf.mul(sumRows(tf.mul(dMaps, s)), slope);
    const dNormed = tf.mul(tf.mul(dMaps, f), tf.mul(s, tf.sub(1, s)));
    const zKept = take(z, kept);
    const {
      dx: dz,
      dGamma,
      dBeta,
    } = batchNormGrad({
      dy: dNormed,
      x: zKept,
      y: zKept,
      mean: take(mean, kept),
      variance: take(variance, kept),
      gamma: take<tf.Tensor1D>(bn.gamma.value, kept),
      epsilon: bn.epsilon,
      activation: 'none',
    });
    const spread = (t: tf.Tensor): tf.Tensor => (kept ? spreadMaps(t, kept, maps) : t);
    const grads = { dGate: spread(dGate), dGamma: spread(dGamma), dBeta: spread(dBeta) };
    if (!filter) return { ...grads, dFilter: null, dx: inputGradient ? spread(dz) : null };
    const filterKept = take<tf.Tensor4D>(filter.value, kept);
    return {
      ...grads,
      dFilter: spread(
        conv2dFilterGrad({ x: x as tf.Tensor4D, dy: dz as tf.Tensor4D, filterShape: filterKept.shape, window }),
      ),
      dx: inputGradient
        ? conv2dInputGrad({ dy: dz as tf.Tensor4D, filter: filterKept, inputShape: x.shape as Shape4, window })
        : null,
    };
  }

  return {
    parameters: [gate, ...(filter ? [filter] : []), ...(bias ? [bias] : []), ...bn.parameters],
    statistics: bn.statistics,
    gate,
    infer: (x, kept, opening = null) =>
      tf.tidy(() => {
        const z = filter ? convolve(x, take<tf.Tensor4D>(filter.value, kept)) : take(x, kept);
        const { scale, shift } = bn.affine(bias);
        const normed = scaleShift({ x: z, scale: take(scale, kept), shift: take(shift, kept), activation: 'none' });
        return tf.mul(tf.sigmoid(normed), openOf(kept, opening));
      }),
    forward(x, kept, opening = null) {
      const z = filter ? convolve(x, filter.value) : x.clone();
      const { y, mean, variance } = batchNormTrain({
        x: z,
        gamma: bn.gamma.value,
        beta: bn.beta.value,
        epsilon: bn.epsilon,
        activation: 'none',
      });
      bn.track(mean, variance, z.size / maps, bias);
      const s = tf.tidy(() => tf.sigmoid(take(y, kept)));
      y.dispose();
      const f = tf.tidy(() => openOf(kept, opening));
      const outputs = tf.mul(s, f);
      f.dispose();
      return {
        maps: outputs,
        backward(dMaps, apply, applyGate, inputGradient) {
          const grads = tidyRecord(() => backward({ x, z, s, mean, variance, kept, opening }, dMaps, inputGradient));
          tf.dispose([z, s, mean, variance, outputs]);
          if (filter && grads.dFilter) apply(filter, grads.dFilter);
          if (bias) apply(bias, tf.zerosLike(bias.value));
          apply(bn.gamma, grads.dGamma);
          apply(bn.beta, grads.dBeta);
          applyGate(grads.dGate);
          return grads.dx;
        },
      };
    },
  };
}

interface Saved {
  readonly x: tf.Tensor;
  readonly z: tf.Tensor;
  readonly s: tf.Tensor;
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
  readonly kept: Kept;
  readonly opening: Opening | null;
}

type Gradients = {
  readonly dGate: tf.Tensor;
  readonly dGamma: tf.Tensor;
  readonly dBeta: tf.Tensor;
  readonly dFilter: tf.Tensor | null;
  readonly dx: tf.Tensor | null;
};

/** The kept entries of the last axis; the tensor itself when all are kept. */
export function take<T extends tf.Tensor>(t: T, kept: Kept): T {
  return kept ? takeMaps<T>(t, kept) : t;
}

/** f̂ uniform on [0, 15), as in the published code. */
function initialGate(maps: number, seed: number, name: string): tf.Tensor1D {
  const source = random(seed, 'gate', name);
  return tf.tensor1d(Float32Array.from({ length: maps }, () => 15 * source.uniform()));
}
