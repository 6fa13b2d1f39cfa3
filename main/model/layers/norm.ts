import * as tf from '@tensorflow/tfjs-core';
import { trackStatistics } from '../../engine/ops.ts';
import { parameter, variable, type Parameter, type Statistic } from './layer.ts';

export interface NormSettings {
  readonly epsilon: number;
  readonly momentum: number;
}

/** PyTorch's defaults; the modules use `moduleNorm`. */
export const defaultNorm: NormSettings = { epsilon: 1e-5, momentum: 0.1 };

/** BatchNorm of the compression and decompression modules. */
export const moduleNorm: NormSettings = { epsilon: 1e-4, momentum: 0.03 };

export interface Norm {
  readonly gamma: Parameter<tf.Rank.R1>;
  readonly beta: Parameter<tf.Rank.R1>;
  readonly epsilon: number;
  readonly parameters: readonly Parameter[];
  readonly statistics: readonly Statistic[];
  /** Inference as one multiply and add per map, the bias of the convolution before it folded in. */
  affine(bias: Parameter<tf.Rank.R1> | null): { scale: tf.Tensor1D; shift: tf.Tensor1D };
  /**
   * Takes a batch's mean and biased variance over `count` values into the running estimates, as PyTorch does:
   * unbiased variance, and the mean of what the convolution gives with its bias.
   */
  track(mean: tf.Tensor1D, variance: tf.Tensor1D, count: number, bias: Parameter<tf.Rank.R1> | null): void;
}

/** The weights and statistics of a BatchNorm over the last axis. */
export function norm(name: string, maps: number, { epsilon, momentum }: NormSettings = defaultNorm): Norm {
  const gamma = parameter(`${name}.weight`, tf.ones<tf.Rank.R1>([maps]));
  const beta = parameter(`${name}.bias`, tf.zeros<tf.Rank.R1>([maps]));
  const runningMean = variable(tf.zeros<tf.Rank.R1>([maps]));
  const runningVariance = variable(tf.ones<tf.Rank.R1>([maps]));
  const batches = variable(tf.scalar(0, 'int32'));
  return {
    gamma,
    beta,
    epsilon,
    parameters: [gamma, beta],
    statistics: [
      { name: `${name}.running_mean`, value: runningMean },
      { name: `${name}.running_var`, value: runningVariance },
      { name: `${name}.num_batches_tracked`, value: batches },
    ],
    affine(bias) {
      return tf.tidy(() => {
        const scale = tf.div<tf.Tensor1D>(gamma.value, tf.sqrt(tf.add(runningVariance, epsilon)));
        const mean = bias ? tf.sub(runningMean, bias.value) : runningMean;
        return { scale, shift: tf.sub<tf.Tensor1D>(beta.value, tf.mul(mean, scale)) };
      });
    },
    track(mean, variance, count, bias) {
      const unbiased = count > 1 ? count / (count - 1) : 1;
      const learned = bias?.value ?? null;
      trackStatistics({ mean, variance, bias: learned, runningMean, runningVariance, momentum, unbiased });
      tf.tidy(() => batches.assign(tf.add(batches, tf.scalar(1, 'int32'))));
    },
  };
}
