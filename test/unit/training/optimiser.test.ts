import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../../main/engine/engine.ts';
import { parameter } from '../../../main/model/layers/layer.ts';
import { sgd, type Optimiser } from '../../../main/training/optimiser.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

const gradients = [1, -2, 0.5];

function open(momentum: number, weightDecay: number): { optimiser: Optimiser; step(gradient: number): number } {
  const weight = parameter('w', tf.tensor1d([3]));
  const optimiser = sgd([weight], { momentum, weightDecay });
  optimiser.learningRate = 0.1;
  return {
    optimiser,
    step(gradient) {
      optimiser.apply(weight, tf.tensor1d([gradient]));
      return weight.value.dataSync()[0];
    },
  };
}

/** PyTorch's SGD on one number: g += wd·w; v = μ·v + g; w −= lr·v, with v = g at the first step. */
function torch(momentum: number, weightDecay: number, steps: readonly number[]): number[] {
  let w = 3;
  let v = 0;
  return steps.map((gradient) => {
    v = momentum * v + gradient + weightDecay * w;
    w -= 0.1 * v;
    return w;
  });
}

describe('stochastic gradient descent', () => {
  it.each([
    [0, 0],
    [0, 0.01],
    [0.9, 0.01],
  ])('steps as PyTorch does, momentum %f, weight decay %f', (momentum, weightDecay) => {
    const { step } = open(momentum, weightDecay);
    const expected = torch(momentum, weightDecay, gradients);
    expect(gradients.map(step)).toEqual(expected.map((w) => expect.closeTo(w, 5) as number));
  });

  it('takes the learning rate as it is at the step', () => {
    const { optimiser, step } = open(0, 0);
    step(1);
    optimiser.learningRate = 0.01;
    expect(step(1)).toBeCloseTo(3 - 0.1 - 0.01, 6);
  });

  it('forgets its velocities when reset', () => {
    const { optimiser, step } = open(0.9, 0);
    const first = step(1);
    optimiser.reset();
    expect(step(1)).toBeCloseTo(first - 0.1, 6);
  });

  it('goes on from velocities read and written', async () => {
    const [one, two] = [open(0.9, 0), open(0.9, 0)];
    one.step(1);
    two.step(1);
    two.optimiser.reset();
    two.optimiser.write(await one.optimiser.read());
    expect(two.step(2)).toBe(one.step(2));
  });

  it('has no velocities without momentum', async () => {
    expect(await open(0, 0).optimiser.read()).toEqual({});
  });

  it('consumes gradients, and leaves nothing behind when it is disposed of', () => {
    const weight = parameter('w', tf.zeros([3]));
    const before = tf.memory().numTensors;
    const optimiser = sgd([weight], { momentum: 0.9, weightDecay: 0 });
    optimiser.apply(weight, tf.ones([3]));
    optimiser.reset();
    expect(tf.memory().numTensors).toBe(before + 1);
    optimiser.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
