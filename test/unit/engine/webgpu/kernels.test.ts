import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openEngine } from '../../../../main/engine/engine.ts';
import { matMul, sgdSteps, takeMaps, updatesAtOnce, type SgdUpdate } from '../../../../main/engine/ops.ts';
import * as standard from '../../../../main/engine/ops/standard.ts';
import { variable } from '../../../../main/model/layers/layer.ts';
import { maxPoolLayer } from '../../../../main/model/layers/max-pool.ts';
import { normConv } from '../../../../main/model/layers/norm-conv.ts';
import { sequence } from '../../../../main/model/layers/sequence.ts';
import { sgd } from '../../../../main/training/optimiser.ts';
import { largestDifference, uniform } from '../../../conformance/compare.ts';
import { hasWebgpu } from './has-webgpu.ts';

/** Counts what is dispatched from here on, whoever does it. */
function countDispatches(): () => number {
  const { prototype } = GPUComputePassEncoder;
  const dispatchWorkgroups = Object.getOwnPropertyDescriptor(prototype, 'dispatchWorkgroups')!;
  const original = dispatchWorkgroups.value as GPUComputePassEncoder['dispatchWorkgroups'];
  let count = 0;
  prototype.dispatchWorkgroups = function (...groups) {
    count++;
    original.apply(this, groups);
  };
  onTestFinished(() => void Object.defineProperty(prototype, 'dispatchWorkgroups', dispatchWorkgroups));
  return () => count;
}

function tensor<R extends tf.Rank>(shape: tf.ShapeMap[R], stream: number): tf.Tensor<R> {
  return tf.tensor<R>(uniform(tf.util.sizeFromShape(shape), stream), shape);
}

describe.skipIf(!(await hasWebgpu()))('the kernels of webgpu', () => {
  beforeAll(async () => {
    await openEngine('webgpu');
  });

  it('take 14 dispatches at most for a step of convolution, BatchNorm, ReLU and pool with momentum', async () => {
    const conv = {
      convName: 'conv',
      normName: 'norm',
      maps: 4,
      filters: 8,
      kernel: 3,
      window: { stride: 1, pad: 1 },
      activation: 'relu',
      bias: true,
      seed: 1,
    } as const;
    const block = sequence([normConv(conv), maxPoolLayer({ type: 'maxPool', size: 2, stride: 2, pad: 0 })]);
    const optimiser = sgd(block.parameters, { momentum: 0.9, weightDecay: 1e-4 });
    optimiser.learningRate = 0.1;
    const x = tensor<tf.Rank.R4>([2, 8, 8, 4], 1);
    const dy = tensor<tf.Rank.R4>([2, 4, 4, 8], 2);
    const count = countDispatches();
    const pass = block.forward(x, { seed: 1, step: 0 });
    const dx = pass.backward(dy, optimiser.apply, true);
    optimiser.finish();
    await dx!.data();
    expect(count()).toBeLessThanOrEqual(14);
  });

  it('update parameters of any number and size together', async () => {
    const most = updatesAtOnce();
    expect(most).toBeGreaterThan(1);
    const sizes = Array.from({ length: most + 2 }, (_, i) => [1, 5000, 3, 1024, 1025][i % 5]);
    const updates = (): SgdUpdate[] =>
      sizes.map((size, i) => ({
        param: variable(tensor([size], i)),
        grad: tensor([size], 100 + i),
        velocity: i % 3 === 2 ? null : variable(tensor([size], 200 + i)),
      }));
    const options = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.5 };
    const [together, apart] = [updates(), updates()];
    const count = countDispatches();
    sgdSteps(together, options);
    expect(count()).toBeLessThanOrEqual(3);
    for (const { param, grad, velocity } of apart) standard.sgdStep(param, grad, velocity, options);
    const values = async (all: SgdUpdate[]): Promise<Float32Array[]> =>
      Promise.all(all.flatMap(({ param, velocity }) => [param, velocity ?? param]).map((t) => t.data<'float32'>()));
    const [left, right] = [await values(together), await values(apart)];
    expect(Math.max(...left.map((value, i) => largestDifference(value, right[i])))).toBeLessThan(1e-6);
  });

  it('multiply in large tiles where there are many', async () => {
    const [a, b] = [uniform(1000 * 5, 1), uniform(5 * 1010, 2)];
    const product = await matMul({ a: tf.tensor2d(a, [1000, 5]), b: tf.tensor2d(b, [5, 1010]) }).data<'float32'>();
    const exact = Float32Array.from(product, (_, i) => {
      const [row, column] = [Math.floor(i / 1010), i % 1010];
      return [0, 1, 2, 3, 4].reduce((sum, k) => sum + a[row * 5 + k] * b[k * 1010 + column], 0);
    });
    expect(largestDifference(product, exact)).toBeLessThan(1e-6);
  });

  it('refuse maps that there are not', () => {
    expect(() => takeMaps(tf.ones([2, 3]), [3])).toThrow(RangeError);
  });

  it('read what an update in place has left, also when it was read before', async () => {
    const param = variable(tf.ones([4]));
    const update = { param, grad: tf.ones([4]), velocity: null };
    const options = { learningRate: 0.25, momentum: 0, weightDecay: 0 };
    const before = param.data();
    sgdSteps([update], options);
    expect([...(await before)]).toEqual([1, 1, 1, 1]);
    expect([...(await param.data())]).toEqual([0.75, 0.75, 0.75, 0.75]);
    sgdSteps([update], options);
    expect([...(await param.data())]).toEqual([0.5, 0.5, 0.5, 0.5]);
  });
});
