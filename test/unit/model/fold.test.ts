import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../../main/engine/engine.ts';
import { buildServer } from '../../../main/model/build.ts';
import type { NetworkSpec } from '../../../main/model/spec.ts';
import { random } from '../../../main/random.ts';
import { noise, openHalves, trainStep } from '../../support/halves.ts';

/** A convolution, then pooling of its maps to 7×7, then the classifier. */
function network(height: number, width: number): NetworkSpec {
  return {
    name: 'pooled',
    input: [height, width, 3],
    classes: 3,
    body: [{ type: 'conv', filters: 4, kernel: 3, stride: 1, pad: 1 }],
    head: [
      { type: 'poolFlatten', size: 7 },
      { type: 'dense', units: 12, activation: 'relu', dropout: 0.5 },
      { type: 'dense', units: 3, activation: 'none' },
    ],
  };
}

const cut = { layer: 0, module: null };
const sizes = [
  [1, 1],
  [2, 2],
  [3, 3],
  [2, 5],
  [12, 4],
] as const;

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

describe.each(sizes)('pooling of %i×%i folded into the dense layer after it', (height, width) => {
  it.each([0, 0.9])('keeps logits, losses and trajectory, momentum %f', async (momentum) => {
    const spec = network(height, width);
    const train = async (fold: boolean): Promise<{ losses: number[]; logits: Float32Array }> => {
      const halves = openHalves(spec, cut, { fold, momentum, weightDecay: 0.01 });
      const losses: number[] = [];
      for (let step = 0; step < 10; step++) {
        losses.push((await trainStep(halves, noise(`${step}`, spec, 16), { step, learningRate: 0.02 })).loss);
      }
      const logits = await halves.server.infer(await halves.client.infer(noise('test', spec, 8), null));
      halves.dispose();
      return { losses, logits };
    };
    const folded = await train(true);
    const unfolded = await train(false);
    // Sums of 49 equal terms in another order; ten steps of momentum carry that to 1e-5 at most.
    folded.losses.forEach((loss, step) => expect(loss).toBeCloseTo(unfolded.losses[step], 4));
    folded.logits.forEach((logit, i) => expect(logit).toBeCloseTo(unfolded.logits[i], 3));
  });
});

describe('folding', () => {
  const weightShape = (height: number, width: number): number[] => {
    const server = buildServer(network(height, width), cut, { seed: 1 });
    return server.layers.parameters.find(({ name }) => name === 'classifier.0.weight')!.value.shape;
  };

  it('is done where it saves work', () => {
    expect(weightShape(1, 1)).toEqual([12, 4]);
    expect(weightShape(6, 6)).toEqual([12, 4 * 36]);
    expect(weightShape(12, 4)).toEqual([12, 4 * 48]);
    expect(weightShape(7, 7)).toEqual([12, 4 * 49]);
    expect(weightShape(12, 12)).toEqual([12, 4 * 49]);
  });

  it('draws the weight as the sum of those that would be drawn unfolded', () => {
    const server = buildServer(network(1, 1), cut, { seed: 3 });
    const { value } = server.layers.parameters.find(({ name }) => name === 'classifier.0.weight')!;
    const unfolded = new Float32Array(12 * 4 * 49);
    random(3, 'weights', 'classifier.0.weight').fillUniform(unfolded, 1 / Math.sqrt(4 * 49));
    const sums = tf.sum(tf.tensor2d(unfolded, [12 * 4, 49]), 1).dataSync();
    value.dataSync().forEach((weight, i) => expect(weight).toBeCloseTo(sums[i], 5));
  });
});
