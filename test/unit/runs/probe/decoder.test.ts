import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../../../main/engine/engine.ts';
import type { Layer, Parameter } from '../../../../main/model/layers/layer.ts';
import { sidesTo, trainDecoder } from '../../../../main/runs/probe/decoder.ts';
import { transposedBias, transposedNorm, transposedWindow } from '../../../../main/runs/probe/transposed.ts';
import { random } from '../../../../main/random.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

const pass = { seed: 1, step: 0 };
const noise = (length: number, purpose: string): Float32Array => {
  const values = new Float32Array(length);
  random(5, purpose).fillUniform(values, 1);
  return values;
};

describe('the sides of a decoder', () => {
  it.each([
    [16, 32, [16, 32]],
    [9, 32, [16, 32]],
    [12, 32, [16, 32]],
    [32, 32, [32]],
    [1, 28, [1, 2, 4, 7, 14, 28]],
  ])('lead from %i to %i', (from, to, sides) => {
    expect(sidesTo(from, to)).toEqual(sides);
  });

  it.each([
    [16, 32],
    [9, 16],
    [12, 16],
    [7, 14],
    [13, 25],
    [32, 32],
    [1, 1],
    [1, 2],
  ])('fit a convolution of %i ← %i', (from, to) => {
    const { kernel, window } = transposedWindow(from, to);
    expect(Math.floor((to + 2 * window.pad - kernel) / window.stride) + 1).toBe(from);
  });
});

describe('the layers of a decoder', () => {
  const options = { name: 'one', maps: 2, filters: 3, from: 3, to: 6, seed: 2 };

  it.each([
    ['with BatchNorm and ReLU', transposedNorm],
    ['with a bias', transposedBias],
  ])('have the gradients that differences show, %s', (_, make) => {
    const layer: Layer = make(options);
    const x = tf.tensor4d(noise(4 * 3 * 3 * 2, 'x'), [4, 3, 3, 2]);
    const dy = tf.tensor4d(noise(4 * 6 * 6 * 3, 'dy'), [4, 6, 6, 3]);
    const loss = (at: tf.Tensor): number => {
      const { y, backward } = layer.forward(at, pass);
      const value = tf.tidy(() => tf.sum(tf.mul(y, dy)).dataSync()[0]);
      backward(dy, (_parameter, gradient) => tf.dispose(gradient), false);
      return value;
    };
    const found = new Map<Parameter, Float32Array>();
    const dx = layer
      .forward(x, pass)
      .backward(
        dy,
        (parameter, gradient) => found.set(parameter, (gradient as tf.Tensor).dataSync() as Float32Array),
        true,
      )!;
    const h = 1e-2;
    const [values, expected] = [x.dataSync(), dx.dataSync()];
    for (const i of [0, 17, 40]) {
      const moved = (by: number) =>
        tf.tensor4d(
          values.map((value, at) => (at === i ? value + by : value)),
          [4, 3, 3, 2],
        );
      expect((loss(moved(h)) - loss(moved(-h))) / (2 * h)).toBeCloseTo(expected[i], 1);
    }
    for (const parameter of layer.parameters) {
      const before = parameter.value.dataSync().slice();
      const set = (by: number) =>
        parameter.value.assign(
          tf.tensor(
            before.map((value, at) => (at === 1 ? value + by : value)),
            parameter.value.shape,
          ),
        );
      set(h);
      const up = loss(x);
      set(-h);
      const down = loss(x);
      set(0);
      expect((up - down) / (2 * h), parameter.name).toBeCloseTo(found.get(parameter)![1], 1);
    }
  });
});

describe('a decoder', () => {
  const images = Array.from({ length: 64 }, (_, i) => noise(12 * 12, `image ${i}`).map((value) => (value + 1) / 2));
  const train = (epochs: number) =>
    trainDecoder({ maps: images, images }, { from: [12, 12, 1], to: [12, 12, 1], epochs, seed: 3 });

  it('learns to give back an image that crosses as it is, the same from one time to the next, and leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    const runs = [];
    for (let i = 0; i < 2; i++) {
      const decoder = await train(20);
      runs.push(await decoder.decode(images));
      decoder.dispose();
    }
    expect(runs[1]).toEqual(runs[0]);
    const error = runs[0].flatMap((row, n) => [...row].map((value, i) => (value - images[n][i]) ** 2));
    // The variance of what is uniform on [0, 1] is 1/12.
    expect(error.reduce((a, b) => a + b, 0) / error.length).toBeLessThan(1 / 12 / 3);
    expect(tf.memory().numTensors).toBe(before);
  });
});
