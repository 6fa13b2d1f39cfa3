import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import * as ops from '../../../../main/engine/ops.ts';
import { record, recorded } from './recording.ts';

const filled = <R extends tf.Rank>(...shape: tf.ShapeMap[R]): tf.Tensor<R> => tf.zeros<R>(shape);

const names = (): string[] => recorded.map(({ name }) => name);

/** Convolution and both gradients of a map h×w×3 with 4 filters. */
function convolve([h, w]: number[], kernel: number, window: ops.Window): void {
  const out = [h, w].map((side) => Math.floor((side + 2 * window.pad - kernel) / window.stride) + 1);
  const [x, filter] = [filled<tf.Rank.R4>(2, h, w, 3), filled<tf.Rank.R4>(kernel, kernel, 3, 4)];
  const dy = filled<tf.Rank.R4>(2, out[0], out[1], 4);
  ops.conv2d({ x, filter, window });
  ops.conv2dInputGrad({ dy, filter, inputShape: x.shape, window });
  ops.conv2dFilterGrad({ x, dy, filterShape: filter.shape, window });
}

describe('what TensorFlow is asked for on a processor', () => {
  beforeEach(() => record('processor'));

  it('a convolution and its gradients, padded as TensorFlow calls it where it has a name for it', () => {
    convolve([8, 8], 3, { stride: 1, pad: 1 });
    const same = { T: 1, strides: [1, 1, 1, 1], data_format: 'NHWC', padding: 'SAME' };
    expect(recorded).toEqual([
      {
        name: 'Conv2D',
        attributes: same,
        inputs: [
          [2, 8, 8, 3],
          [3, 3, 3, 4],
        ],
      },
      {
        name: 'Conv2DBackpropInput',
        attributes: same,
        inputs: [
          [2, 8, 8, 3],
          [3, 3, 3, 4],
          [2, 8, 8, 4],
        ],
      },
      {
        name: 'Conv2DBackpropFilter',
        attributes: same,
        inputs: [
          [2, 8, 8, 3],
          [3, 3, 3, 4],
          [2, 8, 8, 4],
        ],
      },
    ]);
  });

  it('the gradient for maps takes their margin where TensorFlow has no name for the window, and patches have it', () => {
    convolve([8, 8], 3, { stride: 2, pad: 1 });
    expect(recorded.map(({ name, attributes: { padding } }) => [name, padding])).toEqual([
      ['Conv2D', 'EXPLICIT'],
      ['Conv2DBackpropInput', 'VALID'],
      ['Conv2DBackpropFilter', 'EXPLICIT'],
    ]);
    expect(recorded[1].inputs[0]).toEqual([2, 10, 10, 3]);
    recorded.length = 0;
    convolve([2, 2], 3, { stride: 2, pad: 1 });
    expect(recorded[2]).toMatchObject({
      name: 'ExtractImagePatches',
      attributes: { padding: 'VALID' },
      inputs: [[2, 4, 4, 3]],
    });
  });

  it('the gradient of a filter that is large beside its maps is a product of patches', () => {
    convolve([2, 2], 3, { stride: 1, pad: 1 });
    expect(names()).toEqual(['Conv2D', 'Conv2DBackpropInput', 'ExtractImagePatches', 'MatMul']);
    expect(recorded[2].attributes).toMatchObject({ ksizes: [1, 3, 3, 1], rates: [1, 1, 1, 1], padding: 'SAME' });
    expect(recorded[3]).toMatchObject({
      attributes: { transpose_a: true },
      inputs: [
        [8, 27],
        [8, 4],
      ],
    });
  });

  it('max pools with the window of both ways', () => {
    const window = { size: 3, stride: 2, pad: 1 };
    const x = filled<tf.Rank.R4>(2, 8, 8, 5);
    const dy = filled<tf.Rank.R4>(2, 4, 4, 5);
    ops.maxPoolGrad({ dy, x, y: dy, window });
    expect(recorded).toEqual([
      {
        name: 'MaxPoolGrad',
        attributes: {
          T: 1,
          ksize: [1, 3, 3, 1],
          strides: [1, 2, 2, 1],
          data_format: 'NHWC',
          padding: 'EXPLICIT',
          explicit_paddings: [0, 0, 1, 1, 1, 1, 0, 0],
        },
        inputs: [
          [2, 8, 8, 5],
          [2, 4, 4, 5],
          [2, 4, 4, 5],
        ],
      },
    ]);
  });

  it('BatchNorm, of any shape as maps, with the variance that it keeps', () => {
    const [x, gamma] = [filled<tf.Rank.R2>(6, 5), filled<tf.Rank.R1>(5)];
    const { y, mean, variance } = ops.batchNormTrain({ x, gamma, beta: gamma, epsilon: 1e-4, activation: 'relu' });
    ops.batchNormGrad({ dy: x, x, y, mean, variance, gamma, epsilon: 1e-4, activation: 'relu' });
    expect(names()).toEqual(['FusedBatchNormV3', 'Relu', 'ReluGrad', 'FusedBatchNormGradV3']);
    const attributes = { T: 1, U: 1, epsilon: 1e-4, data_format: 'NHWC', is_training: true };
    expect(recorded[0]).toMatchObject({
      attributes: { ...attributes, exponential_avg_factor: 1 },
      inputs: [[6, 1, 1, 5], [5], [5], [0], [0]],
    });
    expect(recorded[3]).toEqual({
      name: 'FusedBatchNormGradV3',
      attributes,
      inputs: [[6, 1, 1, 5], [6, 1, 1, 5], [5], [5], [5], [0]],
    });
  });

  it('maps are taken and spread without being read, and only those there are', () => {
    const x = filled<tf.Rank.R3>(2, 3, 4);
    ops.takeMaps(x, [3, 0]);
    ops.spreadMaps(x, [5, 0, 1, 2], 6);
    expect(recorded).toEqual([
      { name: 'GatherV2', attributes: { Tparams: 1, Tindices: 3, Taxis: 3 }, inputs: [[2, 3, 4], [3, 0], [2]] },
      {
        name: 'Pad',
        attributes: { T: 1, Tpaddings: 3 },
        inputs: [
          [2, 3, 4],
          [0, 0, 0, 0, 0, 1],
        ],
      },
      {
        name: 'GatherV2',
        attributes: { Tparams: 1, Tindices: 3, Taxis: 3 },
        inputs: [expect.anything(), [1, 2, 3, 4, 4, 0], [2]],
      },
    ]);
    expect(() => ops.takeMaps(x, [4])).toThrow(RangeError);
    expect(() => ops.spreadMaps(x, [0, -1], 3)).toThrow(RangeError);
  });
});

describe('a step of SGD', () => {
  const operations = {
    processor: ['AssignVariableOp', 'ResourceApplyProximalGradientDescent', 'ReadVariableOp'],
    gpu: ['Mul', 'AddV2', 'AssignVariableOp', 'ResourceApplyGradientDescent', 'ReadVariableOp'],
  };

  it.each(['processor', 'gpu'] as const)('with weight decay writes in place once, on a %s', async (device) => {
    await record(device);
    ops.sgdStep(tf.variable(filled(2, 3)), filled(2, 3), null, { learningRate: 0.1, momentum: 0, weightDecay: 0.5 });
    expect(names()).toEqual(operations[device]);
  });

  it('takes a rate that makes a proximal step the same', async () => {
    await record('processor');
    ops.sgdStep(tf.variable(filled(2)), filled(2), null, { learningRate: 0.1, momentum: 0, weightDecay: 0.5 });
    const [, alpha, l1, decay] = recorded[1].inputs as number[][];
    // (w − α·g) / (1 + α·0.5) = w·(1 − 0.05) − 0.1·g.
    expect(1 / (1 + alpha[0] * decay[0])).toBeCloseTo(0.95, 6);
    expect(alpha[0] / (1 + alpha[0] * decay[0])).toBeCloseTo(0.1, 6);
    expect([l1[0], decay[0]]).toEqual([0, 0.5]);
  });

  it('with momentum and weight decay writes velocity and weight in place', async () => {
    await record('processor');
    const [param, velocity] = [tf.variable(filled(2, 3)), tf.variable(filled(2, 3))];
    ops.sgdStep(param, filled(2, 3), velocity, { learningRate: 0.1, momentum: 0.8, weightDecay: 0.4 });
    expect(names()).toEqual([
      'AssignVariableOp',
      'ResourceApplyGradientDescent',
      'ReadVariableOp',
      'AssignVariableOp',
      'AssignVariableOp',
      'ResourceApplyMomentum',
      'ReadVariableOp',
      'ReadVariableOp',
    ]);
    // v + 0.4/0.8·w, then 0.8·that + g.
    expect(recorded[1].inputs[1]).toEqual([-0.5]);
    expect(recorded[5].attributes).toEqual({ T: 1, use_nesterov: false });
  });
});

describe('what TensorFlow is asked for on a GPU', () => {
  beforeEach(() => record('gpu'));

  it.each([
    { map: [8, 8], kernel: 3, stride: 2, pad: 1, padding: 'EXPLICIT' },
    { map: [7, 7], kernel: 3, stride: 2, pad: 1, padding: 'SAME' },
    { map: [7, 8], kernel: 3, stride: 2, pad: 1, padding: 'EXPLICIT' },
    { map: [8, 8], kernel: 3, stride: 1, pad: 2, padding: 'EXPLICIT' },
    { map: [8, 8], kernel: 3, stride: 2, pad: 0, padding: 'VALID' },
    { map: [12, 12], kernel: 7, stride: 2, pad: 3, padding: 'EXPLICIT' },
  ])(
    'a window of $kernel over $map, by $stride and $pad outside, is $padding',
    ({ map, kernel, padding, ...window }) => {
      convolve(map, kernel, window);
      const { pad } = window;
      for (const { attributes } of recorded) {
        expect(attributes['padding']).toBe(padding);
        expect(attributes['explicit_paddings']).toEqual(
          padding === 'EXPLICIT' ? [0, 0, pad, pad, pad, pad, 0, 0] : undefined,
        );
      }
    },
  );

  it('the gradient of a filter never goes over patches', () => {
    convolve([2, 2], 3, { stride: 1, pad: 1 });
    expect(names()).toEqual(['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter']);
  });

  it('the gradient of BatchNorm takes the inverse deviation, made of the variance', () => {
    const [x, gamma] = [filled<tf.Rank.R4>(2, 2, 2, 5), filled<tf.Rank.R1>(5)];
    const { y, mean, variance } = ops.batchNormTrain({ x, gamma, beta: gamma, epsilon: 1e-4, activation: 'none' });
    ops.batchNormGrad({ dy: x, x, y, mean, variance, gamma, epsilon: 1e-4, activation: 'none' });
    expect(names()).toEqual(['FusedBatchNormV3', 'Mul', 'AddV2', 'Rsqrt', 'FusedBatchNormGradV3']);
  });
});
