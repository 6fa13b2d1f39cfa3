import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { dense } from '../../../main/model/layers/dense.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Which of 200 activations a layer drops. */
function dropped(name: string, seed: number, step: number): number[] {
  const layer = dense({ type: 'dense', units: 200, activation: 'none', dropout: 0.5 }, { name, inputs: 3, seed: 1 });
  const { y } = layer.forward(tf.ones([1, 3]), { seed, step });
  return [...y.dataSync().entries()].filter(([, value]) => value === 0).map(([unit]) => unit);
}

it('what dropout drops is a function of layer, seed and step, and of nothing else', () => {
  const usual = dropped('classifier.0', 1, 5);
  expect(dropped('classifier.0', 1, 5)).toEqual(usual);
  // Two layers of one size do not drop the same units.
  for (const other of [dropped('classifier.3', 1, 5), dropped('classifier.0', 2, 5), dropped('classifier.0', 1, 6)]) {
    expect(other).not.toEqual(usual);
  }
});
