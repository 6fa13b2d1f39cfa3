import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { decompressionModule, type DecompressionModule, type Received } from '../../../main/model/decompression.ts';
import { compressedShape, decompressedShape } from '../../../main/model/shapes.ts';
import type { Shape } from '../../../main/model/spec.ts';
import {
  autodiff,
  batchNorm,
  transposedConvolution,
  type Reference,
  type Statistics,
} from '../../support/reference.ts';
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

const epsilon = 1e-4;
const samples = 3;

interface Case {
  readonly title: string;
  readonly resolution: number;
  readonly features: number;
  readonly nodes: boolean;
  /** Before compression. */
  readonly original: Shape;
}

const conv = (resolution: number, features: number): Case => ({
  title: `r = ${resolution}, c = ${features}`,
  resolution,
  features,
  nodes: false,
  original: [8, 7, 6],
});

const cases: Case[] = [
  conv(1, 1),
  conv(2, 1),
  conv(3, 1),
  conv(1, 2),
  conv(2, 3),
  { title: 'nodes', resolution: 1, features: 1, nodes: true, original: [1, 1, 6] },
];

interface Run {
  readonly y: tf.Tensor;
  /** By name; what goes back to the client is `maps`. */
  readonly gradients: Record<string, tf.Tensor>;
  readonly statistics: Record<string, tf.Tensor>;
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(cases)('the decompression module, $title', ({ resolution, features, nodes, original }) => {
  const spec = { resolution, features };
  const [height, width, total] = compressedShape(spec, original);
  const restored = decompressedShape(spec, original);
  const kept = total > 2 ? [0, total - 2] : [1];
  const maskValues = [0.25, 0.75].slice(0, kept.length);

  const open = (): DecompressionModule => {
    const module = decompressionModule({ spec, originals: original[2], maps: total, nodes, name: 'm', seed: 1 });
    randomise(module);
    return module;
  };

  const reference =
    (from: Statistics): Reference =>
    (x, weights) => {
      const z = nodes
        ? x
        : transposedConvolution(x, weights, 'm.convOut1', [samples, ...restored], resolution, resolution);
      return tf.relu(batchNorm(z, weights, 'm.batchnormOut', epsilon, from));
    };

  const x = (): tf.Tensor => normals('x', [samples, height, width, total]);
  const take = (t: tf.Tensor): tf.Tensor => tf.gather(t, kept, t.rank - 1);
  const mask = tf.tensor1d(maskValues);
  const whole = tf.tensor1d(
    Array.from({ length: total }, (_, map) => (kept.includes(map) ? maskValues[kept.indexOf(map)] : 0)),
  );
  const received = (): Received => ({ maps: take(x()), kept, mask });
  const everything = (maps: tf.Tensor): Received => ({ maps, kept: null, mask: null });

  const train = (arrived: Received): Run => {
    const module = open();
    const { y, backward } = module.forward(arrived);
    const computed = tf.clone(y);
    const { gradients, apply } = collect();
    const dMaps = backward(normals('dy', y.shape), apply);
    return { y: computed, gradients: { ...gradients, maps: dMaps }, statistics: statisticsOf(module) };
  };

  it('computes what the paper says at full budget, forward and backward', () => {
    const { y, gradients } = train(everything(x()));
    const module = open();
    expect(y.shape).toEqual([samples, ...restored]);
    expect(difference(y, reference('batch')(x(), named(module)))).toBeLessThan(TOLERANCE);
    const expected = autodiff(reference('batch'), x(), module.parameters, normals('dy', y.shape));
    expect(largest(differences(gradients, { ...expected.gradients, maps: expected.dx }))).toBeLessThan(TOLERANCE);
  });

  it('gives for the kept maps what zeros in place of the others give, and multiplies their gradient by the mask', () => {
    const all = train(everything(tf.mul(x(), whole)));
    const some = train(received());
    expect(difference(some.y, all.y)).toBeLessThan(TOLERANCE);
    const expected = { ...all.gradients, maps: tf.mul(take(all.gradients.maps), mask) };
    expect(largest(differences(some.gradients, expected))).toBeLessThan(TOLERANCE);
    expect(largest(differences(some.statistics, all.statistics))).toBeLessThan(TOLERANCE);
  });

  it('infers with the running statistics', () => {
    const module = open();
    const expected = reference('running')(tf.mul(x(), whole), named(module));
    expect(difference(module.infer(received()), expected)).toBeLessThan(TOLERANCE);
  });

  it('keeps nothing', () => {
    const module = open();
    const arrived = received();
    const before = tf.memory().numTensors;
    const { y, backward } = module.forward(arrived);
    const dy = normals('dy', y.shape);
    const { gradients, apply } = collect();
    tf.dispose([backward(dy, apply), dy, gradients, module.infer(arrived)]);
    expect(tf.memory().numTensors).toBe(before);
    expect(arrived.maps.isDisposed).toBe(false);
  });
});
