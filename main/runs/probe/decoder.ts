import * as tf from '@tensorflow/tfjs-core';
import { disposeWeights } from '../../model/layers/layer.ts';
import { sequence } from '../../model/layers/sequence.ts';
import type { Shape } from '../../model/spec.ts';
import { turn } from '../../pause.ts';
import { random, shuffle } from '../../random.ts';
import { sgd } from '../../training/optimiser.ts';
import { transposedBias, transposedNorm } from './transposed.ts';

/** What crossed for images, and the images with values in [0, 1]: a row of values for each. */
export interface Observed {
  readonly maps: readonly Float32Array[];
  readonly images: readonly Float32Array[];
}

export interface DecoderOptions {
  /** Of the maps, [h, w, kept]. */
  readonly from: Shape;
  /** Of the images, [side, side, channels]. */
  readonly to: Shape;
  readonly epochs: number;
  readonly seed: number;
  /** Called after each batch; what it throws ends the training. */
  readonly onBatch?: () => void;
}

/** An attacker's decoder: makes an image of what crossed. */
export interface Decoder {
  /** Images with values in [0, 1]. */
  decode(maps: readonly Float32Array[]): Promise<Float32Array[]>;
  dispose(): void;
}

const width = 32;
const batchSize = 32;
const learningRate = 0.01;

/**
 * Trains a decoder of transposed convolutions, each with BatchNorm and ReLU but the last, on the mean squared error
 * of its images: SGD with momentum, the rate falling to 0 along half a cosine.
 */
export async function trainDecoder(observed: Observed, options: DecoderOptions): Promise<Decoder> {
  const { from, to, epochs, seed } = options;
  const network = sequence(layersOf(from, to, seed));
  const optimiser = sgd(network.parameters, { momentum: 0.9, weightDecay: 0 });
  const samples = observed.images.length;
  const steps = epochs * batchesOf(samples);
  const order = Uint32Array.from({ length: samples }, (_, i) => i);
  let step = 0;
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      shuffle(order, random(seed, 'probe', epoch));
      for (let at = 0; at < samples; at += batchSize) {
        const chosen = order.subarray(at, at + batchSize);
        const x = stacked(pick(observed.maps, chosen), from);
        const wanted = stacked(pick(observed.images, chosen), to);
        const { y, backward } = network.forward(x, { seed, step });
        const dy = tf.tidy(() => tf.mul(tf.sub(y, wanted), 2 / wanted.size));
        optimiser.learningRate = (learningRate / 2) * (1 + Math.cos((Math.PI * step) / steps));
        backward(dy, optimiser.apply, false);
        optimiser.finish();
        tf.dispose([x, wanted, dy]);
        step++;
        await turn();
        options.onBatch?.();
      }
    }
  } catch (error) {
    disposeWeights(network);
    throw error;
  } finally {
    optimiser.dispose();
  }
  return {
    async decode(maps) {
      const images: Float32Array[] = [];
      for (let at = 0; at < maps.length; at += batchSize) {
        const own = maps.slice(at, at + batchSize);
        const y = tf.tidy(() => tf.clipByValue(network.infer(stacked(own, from)), 0, 1));
        const values = (await y.data()) as Float32Array;
        y.dispose();
        const length = values.length / own.length;
        own.forEach((_, i) => images.push(values.slice(i * length, (i + 1) * length)));
      }
      return images;
    },
    dispose: () => disposeWeights(network),
  };
}

/** Batches of an epoch. */
export function batchesOf(samples: number): number {
  return Math.ceil(samples / batchSize);
}

function layersOf([side, , maps]: Shape, [whole, , channels]: Shape, seed: number) {
  const sides = [side, ...sidesTo(side, whole)];
  const stages = sides.slice(1).map((to, i) => ({
    name: `probe.${i}`,
    maps: i === 0 ? maps : width,
    filters: width,
    from: sides[i],
    to,
    seed,
  }));
  const last = { name: 'probe.image', maps: width, filters: channels, from: whole, to: whole, seed };
  return [...stages.map(transposedNorm), transposedBias(last)];
}

/** The sides that maps get on their way to the whole image: halved from there until half is smaller than they are. */
export function sidesTo(side: number, whole: number): number[] {
  const sides = [whole];
  while (sides[0] > 1 && Math.ceil(sides[0] / 2) >= side) sides.unshift(Math.ceil(sides[0] / 2));
  return sides;
}

function pick(rows: readonly Float32Array[], chosen: Uint32Array): Float32Array[] {
  return Array.from(chosen, (i) => rows[i]);
}

function stacked(rows: readonly Float32Array[], shape: Shape): tf.Tensor4D {
  const length = rows[0].length;
  const values = new Float32Array(rows.length * length);
  rows.forEach((row, i) => values.set(row, i * length));
  return tf.tensor4d(values, [rows.length, ...shape]);
}
