import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../../../main/engine/engine.ts';
import type { Cut, NetworkSpec } from '../../../../main/model/spec.ts';
import { networkNames, networkSpec, type NetworkName } from '../../../../main/model/zoo.ts';
import type { Budget } from '../../../../main/records/column.ts';
import type { GateSettings } from '../../../../main/training/gates/chooser.ts';
import { gateNames } from '../../../../main/training/gates/table.ts';
import { branchedNetwork, tinyNetwork } from '../../../support/halves.ts';
import { withOnnxRuntime } from '../../../support/onnx-runtime.ts';
import {
  channelsFirst,
  imageBytes,
  normalisation,
  normalised,
  runOnnx,
  writtenPair,
} from '../../../support/written-halves.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

const whole = { resolution: 1, features: 1 };

function zoo(name: NetworkName, input: NetworkSpec['input'] = [32, 32, 3]): NetworkSpec {
  return networkSpec(name, { input, classes: 7, width: name === 'mlp' ? 0.1 : 0.05 });
}

interface Case {
  readonly network: NetworkSpec;
  readonly cut: Cut;
  readonly budget?: Budget;
  readonly samples?: number;
  readonly gate?: GateSettings;
}

/** The largest differences between both, of maps and of logits. */
async function differences({ network, cut, budget, samples = 2, gate }: Case, inside: boolean): Promise<number[]> {
  const pair = await writtenPair(network, cut, { budget: budget ?? null, inside: inside ? normalisation : null, gate });
  const bytes = imageBytes(network, samples);
  const images = normalised(bytes, normalisation);
  const ours = await pair.infer(images, samples);
  const maps = await runOnnx(pair.client, channelsFirst(inside ? bytes : images, network.input), samples);
  const logits = await runOnnx(pair.server, maps, samples);
  pair.dispose();
  expect(Math.max(...logits) - Math.min(...logits)).toBeGreaterThan(0.01);
  return [apart(maps, ours.maps), apart(logits, ours.logits)];
}

function apart(given: Float32Array, expected: Float32Array): number {
  expect(given).toHaveLength(expected.length);
  return given.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
}

async function expectAlike(each: Case, inside = false): Promise<void> {
  for (const difference of await differences(each, inside)) expect(difference).toBeLessThan(1e-4);
}

withOnnxRuntime.describe('both halves as ONNX give what Sluice does', () => {
  it.each(networkNames)('%s, whole', (name) => expectAlike({ network: zoo(name), cut: { layer: 0, module: null } }));

  it.each(networkNames)('%s, cut with its module', (name) =>
    expectAlike({ network: zoo(name), cut: { layer: 3, module: whole }, budget: 3 }),
  );

  it.each([1, 2, 4, 6])('resnet18 cut at %i, where every map crosses', (layer) =>
    expectAlike({ network: zoo('resnet18'), cut: { layer, module: layer === 4 ? null : whole } }),
  );

  it.each([
    { resolution: 2, features: 1 },
    { resolution: 2, features: 2 },
    { resolution: 3, features: 1 },
  ])('a module of r = $resolution, c = $features', (module) =>
    expectAlike({ network: zoo('cnn'), cut: { layer: 2, module }, budget: 2 }),
  );

  it.each(gateNames)('a module with a gate that is %s', (name) =>
    expectAlike({ network: zoo('cnn'), cut: { layer: 2, module: whole }, budget: 2, gate: { name } }),
  );

  it.each([1, 5])('a batch of %i, with the normalisation inside', (samples) =>
    expectAlike({ network: zoo('cnn'), cut: { layer: 3, module: whole }, samples }, true),
  );

  it('images that are sent as they are', () =>
    expectAlike({ network: zoo('cnn'), cut: { layer: 1, module: null } }, true));

  it.each([4, null])('nodes under budget %s', (budget) =>
    expectAlike({ network: zoo('mlp'), cut: { layer: 2, module: whole }, budget }),
  );

  it('branches that are concatenated', () =>
    expectAlike({ network: branchedNetwork, cut: { layer: 3, module: whole }, budget: 4 }));

  it.each([
    ['with the pooling folded into the weights', [4, 4, 3], 2],
    ['that divides evenly', [32, 32, 3], 2],
    ['of bins that overlap', [20, 12, 3], 3],
    ['that makes maps larger, before no dense layer', [8, 8, 3], 3],
  ] as const)('adaptive pooling %s', (title, input, size) => {
    const pool = { type: 'poolFlatten', size: title.startsWith('with') ? 7 : size } as const;
    const head = title.includes('no dense') ? [pool] : [pool, { type: 'dense', units: 3, activation: 'none' } as const];
    const network = { ...tinyNetwork, input, head, classes: title.includes('no dense') ? 6 * size * size : 3 };
    return expectAlike({ network, cut: { layer: 3, module: null } });
  });

  it('the stem of larger images', () =>
    expectAlike({ network: zoo('resnet18', [72, 66, 3]), cut: { layer: 2, module: whole } }));
});

describe('a model', () => {
  it('says what it takes and gives, for any batch', async () => {
    const network = zoo('cnn');
    const pair = await writtenPair(network, { layer: 3, module: whole }, { budget: 3, inside: normalisation });
    pair.dispose();
    expect(pair.client.input).toEqual({ name: 'images', type: 'uint8', shape: [3, 32, 32] });
    expect(pair.client.output).toEqual({ name: 'maps', type: 'float', shape: [3, 16, 16] });
    expect(pair.server.input).toEqual(pair.client.output);
    expect(pair.server.output).toEqual({ name: 'logits', type: 'float', shape: [7] });
  });
});
