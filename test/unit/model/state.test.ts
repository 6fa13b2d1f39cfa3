import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildClient, buildServer } from '../../../main/model/build.ts';
import { parameter, variable } from '../../../main/model/layers/layer.ts';
import { readState, readTensor, writeState, writeTensor, type StateDict } from '../../../main/model/state.ts';
import { tinyCut, tinyNetwork } from '../../support/halves.ts';
import { named } from '../../support/tensors.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const counting = (shape: [number, number, number, number]): tf.Tensor4D =>
  tf.reshape(tf.range(0, tf.util.sizeFromShape(shape)), shape);

describe('a tensor outside the engine', () => {
  it('has the filters of a convolution as PyTorch does, [out, in, rows, columns]', async () => {
    // One row, two columns, two maps in, three out: value 6·column + 3·in + out.
    expect(await readTensor(counting([1, 2, 2, 3]), 'convolution')).toEqual({
      shape: [3, 2, 1, 2],
      data: Float32Array.of(0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11),
    });
  });

  it('has those of a transposed convolution as PyTorch does, [in, out, rows, columns]', async () => {
    const server = buildServer(tinyNetwork, { layer: 1, module: { resolution: 1, features: 3 } }, { seed: 1 });
    const filter = server.module!.parameters.find(({ name }) => name.endsWith('convOut1.weight'))!;
    // From the one map that crosses back to the three of the image.
    expect((await readTensor(filter.value, filter.layout)).shape).toEqual([1, 3, 3, 3]);
    // One row, two columns, three maps out, one map in: value 3·column + out.
    expect(await readTensor(counting([1, 2, 3, 1]), filter.layout)).toMatchObject({
      shape: [1, 3, 1, 2],
      data: Float32Array.of(0, 3, 1, 4, 2, 5),
    });
  });

  it('has a gate as [1, maps, 1, 1] and a count of batches as an int64 scalar', async () => {
    expect(await readTensor(tf.tensor1d([3, 1, 2]), 'gate')).toEqual({
      shape: [1, 3, 1, 1],
      data: Float32Array.of(3, 1, 2),
    });
    expect(await readTensor(tf.scalar(7, 'int32'), 'same')).toEqual({ shape: [], data: BigInt64Array.of(7n) });
  });

  it('is written back where it was read, in every layout', async () => {
    const layouts = [
      ['convolution', counting([3, 2, 4, 5])],
      ['gate', tf.tensor1d([1, -2, 3])],
      ['same', tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3])],
      ['same', tf.scalar(41, 'int32')],
    ] as const;
    for (const [layout, tensor] of layouts) {
      const target = tf.variable(tf.zerosLike(tensor as tf.Tensor));
      writeTensor('t', target, layout, { t: await readTensor(tensor, layout) });
      expect(Array.from(target.dataSync())).toEqual(Array.from(tensor.dataSync()));
    }
  });
});

describe('the state of a half', () => {
  const shapes = (state: StateDict): Record<string, string> =>
    Object.fromEntries(Object.entries(state).map(([name, { shape }]) => [name, shape.join('×')]));

  it('has the names and shapes of the published PyTorch models', async () => {
    const client = buildClient(tinyNetwork, tinyCut, { seed: 1 });
    const server = buildServer(tinyNetwork, tinyCut, { seed: 1, fold: false });
    const clientState = await readState({
      parameters: [...client.layers.parameters, ...client.module!.parameters],
      statistics: [...client.layers.statistics, ...client.module!.statistics],
    });
    const serverState = await readState({
      parameters: [...server.module!.parameters, ...server.layers.parameters],
      statistics: [...server.module!.statistics, ...server.layers.statistics],
    });
    const norm = (name: string, maps: number): Record<string, string> =>
      Object.fromEntries(
        ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked'].map((key) => [
          `${name}.${key}`,
          key === 'num_batches_tracked' ? '' : String(maps),
        ]),
      );
    // Sequential(Conv2d, BatchNorm2d, ReLU, MaxPool2d, the module)
    expect(shapes(clientState)).toEqual({
      'features.0.weight': '4×3×3×3',
      'features.0.bias': '4',
      ...norm('features.1', 4),
      'features.4.prune_filter': '1×4×1×1',
      'features.4.convIn1.weight': '4×4×3×3',
      'features.4.convIn1.bias': '4',
      ...norm('features.4.batchNormIn', 4),
    });
    // Sequential(the module, Conv2d, BatchNorm2d, ReLU) and Sequential(Linear, ReLU, Dropout, Linear)
    expect(shapes(serverState)).toEqual({
      'features.0.convOut1.weight': '4×4×3×3',
      'features.0.convOut1.bias': '4',
      ...norm('features.0.batchnormOut', 4),
      'features.1.weight': '6×4×3×3',
      'features.1.bias': '6',
      ...norm('features.2', 6),
      'classifier.0.weight': '8×96',
      'classifier.0.bias': '8',
      'classifier.3.weight': '3×8',
      'classifier.3.bias': '3',
    });
  });

  it('comes back from what was read', async () => {
    const [from, to] = [1, 2].map((seed) => buildServer(tinyNetwork, tinyCut, { seed }).layers);
    const before = tf.memory().numTensors;
    const state = await readState(from);
    writeState(to, state);
    expect(tf.memory().numTensors).toBe(before);
    expect(await readState(to)).toEqual(state);
    for (const [name, value] of Object.entries(named(to))) {
      expect(value.dataSync()).toEqual(named(from)[name].dataSync());
    }
  });

  const half = (): { parameters: ReturnType<typeof parameter>[]; statistics: [] } => ({
    parameters: [parameter('features.0.weight', tf.zeros([1, 1, 2, 3]), 'convolution')],
    statistics: [],
  });

  it('names the tensor that is missing', () => {
    expect(() => writeState(half(), {})).toThrow(
      expect.objectContaining({
        code: 'missing-tensor',
        path: 'features.0.weight',
        message: expect.stringContaining('"features.0.weight"') as string,
      }) as Error,
    );
  });

  it.each([
    { title: 'other sizes', shape: [3, 2, 1, 2], length: 12 },
    { title: "the engine's layout", shape: [1, 1, 2, 3], length: 6 },
    { title: 'fewer values than its shape says', shape: [3, 2, 1, 1], length: 5 },
  ])('names the tensor that has $title', ({ shape, length }) => {
    const state = { 'features.0.weight': { shape, data: new Float32Array(length) } };
    expect(() => writeState(half(), state)).toThrow(
      expect.objectContaining({ code: 'wrong-shape', path: 'features.0.weight' }) as Error,
    );
  });
});

describe('new weights', () => {
  const state = (seed: number): Promise<StateDict> => readState(buildServer(tinyNetwork, tinyCut, { seed }).layers);

  it('depend on the seed and nothing else', async () => {
    expect(await state(1)).toEqual(await state(1));
    const [one, two] = [await state(1), await state(2)];
    expect(one['features.1.weight'].data).not.toEqual(two['features.1.weight'].data);
  });

  it("are uniform within PyTorch's bound of 1/√fan-in", async () => {
    const weights = await state(1);
    for (const [name, fanIn] of [
      ['features.1.weight', 4 * 9],
      ['classifier.3.weight', 8],
    ] as const) {
      const values = Array.from(weights[name].data as Float32Array, Math.abs);
      const bound = 1 / Math.sqrt(fanIn);
      expect(Math.max(...values)).toBeLessThanOrEqual(bound);
      expect(Math.max(...values)).toBeGreaterThan(0.7 * bound);
    }
  });
});

describe('a variable', () => {
  it('takes over the tensor it was made from', () => {
    const before = tf.memory().numTensors;
    const made = variable(tf.ones([3]));
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(Array.from(made.dataSync())).toEqual([1, 1, 1]);
  });
});
