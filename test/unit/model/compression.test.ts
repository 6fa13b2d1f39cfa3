import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { compressionModule, type CompressionModule, type Kept } from '../../../main/model/compression.ts';
import { compressedShape } from '../../../main/model/shapes.ts';
import { autodiff, batchNorm, convolution, type Reference, type Statistics } from '../../support/reference.ts';
import {
  collect,
  difference,
  differences,
  largest,
  named,
  normals,
  randomise,
  statisticsOf,
} from '../../support/tensors.ts';

/** float32 in another order of summation; a wrong formula is off by 0.01 and more. */
const TOLERANCE = 2e-5;

/** PyTorch's settings in the module: BatchNorm2d(eps=1e-4, momentum=0.03). */
const epsilon = 1e-4;
const momentum = 0.03;

const gateName = 'm.prune_filter';

interface Case {
  readonly title: string;
  readonly resolution: number;
  readonly features: number;
  readonly nodes: boolean;
  readonly input: number[];
}

const conv = (resolution: number, features: number): Case => ({
  title: `r = ${resolution}, c = ${features}`,
  resolution,
  features,
  nodes: false,
  input: [2, 6, 7, 6],
});

const cases: Case[] = [
  conv(1, 1),
  conv(2, 1),
  conv(3, 1),
  conv(1, 2),
  conv(2, 3),
  { title: 'nodes', resolution: 1, features: 1, nodes: true, input: [5, 6] },
];

interface Run {
  readonly maps: tf.Tensor;
  readonly gradients: Record<string, tf.Tensor>;
  readonly statistics: Record<string, tf.Tensor>;
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(cases)('the compression module, $title', ({ resolution, features, nodes, input }) => {
  const originals = input[input.length - 1];
  const total = originals / features;
  const kept = total > 2 ? [0, total - 2] : [1];

  const open = (): CompressionModule => {
    const spec = { resolution, features };
    const module = compressionModule({ spec, originals, maps: total, nodes, name: 'm', seed: 1 });
    randomise(module);
    return module;
  };

  const reference =
    (from: Statistics): Reference =>
    (x, weights) => {
      const z = nodes ? x : convolution(x, weights, 'm.convIn1', resolution, resolution);
      const normed = batchNorm(z, weights, 'm.batchNormIn', epsilon, from);
      return tf.mul(tf.sigmoid(normed), tf.sigmoid(weights[gateName]));
    };

  /** A training pass of a new module: gradients by name, that of its input as `x`. */
  const train = (subset: Kept, dMaps: (maps: tf.Tensor) => tf.Tensor): Run => {
    const module = open();
    const { maps, backward } = module.forward(normals('x', input), subset);
    const computed = tf.clone(maps);
    const { gradients, apply } = collect();
    const dx = backward(dMaps(maps), apply, (gradient) => apply(module.gate, gradient), true);
    return { maps: computed, gradients: { ...gradients, x: dx! }, statistics: statisticsOf(module) };
  };

  const dAll = (shape: number[]): tf.Tensor => normals('dy', [...shape.slice(0, -1), total]);
  const only = tf.tensor1d(Array.from({ length: total }, (_, map) => (kept.includes(map) ? 1 : 0)));
  const take = (t: tf.Tensor): tf.Tensor => tf.gather(t, kept, t.rank - 1);

  it('computes what the paper says, forward and backward', () => {
    const { maps, gradients } = train(null, ({ shape }) => dAll(shape));
    const module = open();
    const x = normals('x', input);
    expect(difference(maps, reference('batch')(x, named(module)))).toBeLessThan(TOLERANCE);
    const expected = autodiff(reference('batch'), x, module.parameters, dAll(maps.shape));
    expect(largest(differences(gradients, { ...expected.gradients, x: expected.dx }))).toBeLessThan(TOLERANCE);
  });

  it('gives for the kept maps alone what masking the others by zeros gives', () => {
    const all = train(null, ({ shape }) => tf.mul(dAll(shape), only));
    const some = train(kept, ({ shape }) => take(dAll(shape)));
    expect(difference(some.maps, take(all.maps))).toBeLessThan(TOLERANCE);
    expect(largest(differences(some.gradients, all.gradients))).toBeLessThan(TOLERANCE);
  });

  it('lets the running statistics of all maps follow the batches, whichever are sent', () => {
    const before = statisticsOf(open());
    const { statistics } = train(kept, ({ shape }) => take(dAll(shape)));
    expect(largest(differences(statistics, train(null, ({ shape }) => dAll(shape)).statistics))).toBe(0);
    const x = normals('x', input);
    const z = nodes ? x : convolution(x, named(open()), 'm.convIn1', resolution, resolution);
    const { mean } = tf.moments(
      z,
      z.shape.slice(0, -1).map((_, axis) => axis),
    );
    const name = 'm.batchNormIn.running_mean';
    const expected = tf.add(tf.mul(before[name], 1 - momentum), tf.mul(mean, momentum));
    expect(difference(statistics[name], expected)).toBeLessThan(TOLERANCE);
  });

  it('infers the kept maps with the running statistics', () => {
    const module = open();
    const x = normals('x', input);
    const expected = reference('running')(x, named(module));
    expect(difference(module.infer(x, null), expected)).toBeLessThan(TOLERANCE);
    expect(difference(module.infer(x, kept), take(expected))).toBeLessThan(TOLERANCE);
  });

  it('makes maps of the size announced', () => {
    if (nodes) return;
    const [height, width] = compressedShape({ resolution, features }, [input[1], input[2], originals]);
    expect(open().infer(normals('x', input), null).shape).toEqual([input[0], height, width, total]);
  });

  it('finds the same gradients at the image, where nobody asks for that of its input, and keeps nothing', () => {
    const module = open();
    const x = normals('x', input);
    const before = tf.memory().numTensors;
    const run = (inputGradient: boolean): Record<string, tf.Tensor> => {
      const { maps, backward } = module.forward(x, kept);
      const dMaps = normals('dy', maps.shape);
      const { gradients, apply } = collect();
      const dx = backward(dMaps, apply, (gradient) => apply(module.gate, gradient), inputGradient);
      expect(dx !== null).toBe(inputGradient);
      tf.dispose([dMaps, dx ?? []]);
      return gradients;
    };
    const whole = run(true);
    const part = run(false);
    expect(largest(differences(part, whole))).toBe(0);
    tf.dispose([whole, part]);
    module.infer(x, kept).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a new gate', () => {
  it('is uniform on [0, 15)', () => {
    const maps = 512;
    const spec = { resolution: 1, features: 1 };
    const { gate } = compressionModule({ spec, originals: maps, maps, nodes: true, name: 'm', seed: 1 });
    const values = gate.value.dataSync<'float32'>();
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(15);
    expect(values.reduce((a, b) => a + b) / maps).toBeCloseTo(7.5, 0);
  });
});
