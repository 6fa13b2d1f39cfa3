import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { compressionModule } from '../../../main/model/compression.ts';
import { decompressionModule } from '../../../main/model/decompression.ts';
import { statisticsOf } from '../../support/tensors.ts';

const options = { spec: { resolution: 1, features: 1 }, originals: 40, maps: 40, nodes: false, name: 'm', seed: 1 };

beforeAll(async () => {
  await tf.setBackend('cpu');
});

type Parameters = ReturnType<typeof compressionModule>['parameters'];

const valuesOf = (parameters: Parameters, name: string): number[] => [
  ...parameters.find((parameter) => parameter.name === name)!.value.dataSync(),
];

describe('the gate begins', () => {
  const gateOf = (changes: Partial<typeof options> = {}): number[] =>
    valuesOf(compressionModule({ ...options, ...changes }).parameters, `${changes.name ?? 'm'}.prune_filter`);

  it('uniform on [0, 15), as in the published code', () => {
    const gate = gateOf({ originals: 2000, maps: 2000, nodes: true });
    expect(Math.min(...gate)).toBeGreaterThanOrEqual(0);
    expect(Math.min(...gate)).toBeLessThan(0.1);
    expect(Math.max(...gate)).toBeLessThan(15);
    expect(Math.max(...gate)).toBeGreaterThan(14.9);
    expect(gate.reduce((sum, value) => sum + value, 0) / gate.length).toBeCloseTo(7.5, 0);
  });

  it('the same from the same seed, otherwise from another', () => {
    expect(gateOf()).toEqual(gateOf());
    expect(gateOf({ seed: 2 })).not.toEqual(gateOf());
  });
});

describe('filters begin within 1 / √(fan-in), as PyTorch has them', () => {
  /** Half as many maps cross as there were: the fan-in is another on either side. */
  const halved = { ...options, spec: { resolution: 2, features: 2 }, maps: 20 };

  it.each([
    ['convIn1', compressionModule, 40],
    // PyTorch takes a transposed convolution's from its output maps.
    ['convOut1', decompressionModule, 40],
  ])('%s', (name, make, inputs) => {
    const bound = 1 / Math.sqrt(inputs * 4 * 4);
    const weights = valuesOf(make(halved).parameters, `m.${name}.weight`);
    expect(weights).toHaveLength(4 * 4 * 40 * 20);
    const most = Math.max(...weights.map(Math.abs));
    expect(most / bound).toBeLessThanOrEqual(1 + 1e-6);
    expect(most / bound).toBeGreaterThan(0.99);
  });
});

describe('running statistics take the mean, and the variance that is unbiased', () => {
  const x = (): tf.Tensor =>
    tf.tensor2d([
      [1, 10],
      [2, 11],
      [6, 16],
    ]);
  const nodes = { ...options, originals: 2, maps: 2, nodes: true };
  const [first, second] = [
    [1, 2, 6],
    [10, 11, 16],
  ].map((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / 3;
    return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2 };
  });

  it.each([
    [
      'batchNormIn',
      () => {
        const module = compressionModule(nodes);
        module.forward(x(), null);
        return module;
      },
    ],
    [
      'batchnormOut',
      () => {
        const module = decompressionModule(nodes);
        module.forward({ maps: x(), kept: null, mask: null });
        return module;
      },
    ],
  ] as const)('%s, with momentum 0.03', (name, forward) => {
    const statistics = statisticsOf(forward());
    const means = [...statistics[`m.${name}.running_mean`].dataSync()];
    const variances = [...statistics[`m.${name}.running_var`].dataSync()];
    [first, second].forEach(({ mean, variance }, map) => {
      expect(means[map]).toBeCloseTo(0.03 * mean, 5);
      expect(variances[map]).toBeCloseTo(0.97 + 0.03 * variance, 5);
    });
    expect([...statistics[`m.${name}.num_batches_tracked`].dataSync()]).toEqual([1]);
  });
});
