import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildClient, buildServer } from '../../../main/model/build.ts';
import { describeCut, describeNetwork } from '../../../main/model/describe.ts';
import type { BlockEntry } from '../../../main/model/entries/block.ts';
import { tensorsCrossing } from '../../../main/model/graph.ts';
import type { Cut, Entry, NetworkSpec, Shape } from '../../../main/model/spec.ts';
import type { HalfState, StateDict } from '../../../main/model/state.ts';
import { branchedNetwork, noise, openHalves, trainStep } from '../../support/halves.ts';
import { adaptivePoolFlatten, affine, batchNorm, convolution, type Named } from '../../support/reference.ts';
import { difference } from '../../support/tensors.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const [stem] = branchedNetwork.body;

/** The network with `body` behind its first convolution. */
function withBody(...body: Entry[]): NetworkSpec {
  return { ...branchedNetwork, body: [stem, ...body] };
}

describe('a network with blocks', () => {
  const conv = (x: tf.Tensor, weights: Named, name: string, normName: string, pad: number): tf.Tensor =>
    batchNorm(convolution(x, weights, name, 1, pad), weights, normName, 1e-5, 'batch');

  /** The network once more, as TensorFlow.js differentiates it, with the names it has uncut. */
  function logits(x: tf.Tensor, weights: Named): tf.Tensor {
    const front = tf.relu(conv(x, weights, 'features.0', 'features.1', 1));
    const one = tf.relu(conv(front, weights, 'features.3.branches.0.0', 'features.3.branches.0.1', 0));
    const reduced = tf.relu(conv(front, weights, 'features.3.reduce', 'features.3.reduceNorm', 0));
    const three = tf.relu(conv(reduced, weights, 'features.3.conv', 'features.3.convNorm', 1));
    const joined = tf.concat([one, three, tf.maxPool(front as tf.Tensor4D, 3, 1, 1)], 3);
    const inner = tf.relu(conv(joined, weights, 'features.4.conv1', 'features.4.bn1', 1));
    const added = tf.relu(tf.add(conv(inner, weights, 'features.4.conv2', 'features.4.bn2', 1), joined));
    const pooled = tf.maxPool(added as tf.Tensor4D, 2, 2, 0);
    return affine(adaptivePoolFlatten(pooled, 1), weights, 'classifier.0');
  }

  /** The server's names as they are uncut: its first module is the `first` one of the whole. */
  function whole({ weights }: HalfState, first: number): StateDict {
    return Object.fromEntries(
      Object.entries(weights).map(([name, tensor]) => [
        name.replace(/^features\.(\d+)/, (_, module) => `features.${Number(module) + first}`),
        tensor,
      ]),
    );
  }

  /** Weights as the reference takes them: convolutions HWIO. */
  function tensorsOf(state: StateDict): Named {
    return Object.fromEntries(
      Object.entries(state).flatMap(([name, { shape, data }]) => {
        if (!(data instanceof Float32Array)) return [];
        const tensor = tf.tensor(data, [...shape]);
        return [[name, shape.length === 4 ? tf.transpose(tensor, [2, 3, 1, 0]) : tensor]];
      }),
    );
  }

  it.each([
    { title: 'before its blocks', layer: 2, modules: 3 },
    { title: 'between them', layer: 3, modules: 4 },
    { title: 'after them', layer: 4, modules: 5 },
  ])('goes down the gradient autodiff finds when cut $title', async ({ layer, modules }) => {
    const learningRate = 0.5;
    const halves = openHalves(branchedNetwork, { layer, module: null }, { weightDecay: 0 });
    const read = async (): Promise<Named> =>
      tensorsOf({ ...whole(await halves.client.read(), 0), ...whole(await halves.server.read(), modules) });
    const batch = noise('batch', branchedNetwork, 4);
    const before = await read();
    await trainStep(halves, batch, { learningRate });
    const after = await read();
    const x = tf.tensor(batch.images, [4, ...branchedNetwork.input]);
    const names = Object.keys(before).filter((name) => !name.includes('running_'));
    const labels = tf.oneHot(tf.tensor1d(Array.from(batch.labels), 'int32'), 3);
    const loss = (...values: tf.Tensor[]): tf.Scalar => {
      const weights = Object.fromEntries(names.map((name, i) => [name, values[i]]));
      return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits(x, weights) as tf.Tensor2D), labels), 1)));
    };
    tf.grads(loss)(names.map((name) => before[name])).forEach((gradient, i) => {
      const moved = tf.div(tf.sub(before[names[i]], after[names[i]]), learningRate);
      expect(difference(moved, gradient), names[i]).toBeLessThan(2e-5);
    });
    expect(names).toHaveLength(24);
    halves.dispose();
  });

  it('is described with the weights it is built with, in both halves, before and after its blocks', () => {
    const sizes = (half: { layers: ReturnType<typeof buildClient>['layers'] }): number =>
      half.layers.parameters.reduce((total, { value }) => total + value.size, 0);
    for (const layer of [0, 2, 3, 4, 5]) {
      const cut: Cut = { layer, module: null };
      const described = describeCut(branchedNetwork, cut);
      for (const [side, build] of [
        ['client', buildClient],
        ['server', buildServer],
      ] as const) {
        const parameters = described[side].reduce((total, each) => total + each.parameters, 0);
        expect(parameters, `${side} at ${layer}`).toBe(sizes(build(branchedNetwork, cut, { seed: 1 })));
      }
    }
  });

  it('counts the work of all its branches', () => {
    const [, block] = describeNetwork(branchedNetwork);
    const weights = 4 * 2 + 4 * 2 + 9 * 2 * 3;
    expect(block).toMatchObject({ kind: 'block', label: 'inception block', output: [6, 6, 9] });
    expect(block).toMatchObject({ parameters: weights + 3 * (2 + 2 + 3), multiplyAdds: weights * 36 });
  });
});

describe('a cut inside a block', () => {
  it.each([
    [2.5, /inside, since a cut sends one tensor: 2 cross after .*; take 2 to cut before it, or 3 to cut after it$/],
    [3.5, /^split\.layer is 3\.5: "residual block" cannot be cut inside.*; take 3 .*, or 4 /],
    [1.5, /^split\.layer is 1\.5: branched can be cut at layers 0 to 5$/],
    [5.5, /branched can be cut at layers 0 to 5$/],
  ])('at %f is refused with the reason', (layer, message) => {
    for (const refuse of [describeCut, (network: NetworkSpec, cut: Cut) => buildServer(network, cut, { seed: 1 })]) {
      const cut = (): unknown => refuse(branchedNetwork, { layer, module: null });
      expect(cut).toThrow(expect.objectContaining({ code: 'bad-split', path: 'split.layer' }) as Error);
      expect(cut).toThrow(message);
    }
  });

  it('would send as many tensors as are described', () => {
    const [plain, concatenated, added] = describeNetwork(branchedNetwork);
    expect(plain.inside).toBeNull();
    const relu = (kernel: number): string => `conv ${kernel}×${kernel}, BatchNorm, ReLU`;
    expect(concatenated.inside?.places).toEqual([
      { after: relu(1), tensors: 2 },
      { after: relu(1), tensors: 3 },
      { after: relu(3), tensors: 3 },
      { after: 'max pool 3×3', tensors: 3 },
    ]);
    expect(added.inside?.places).toEqual([
      { after: relu(3), tensors: 2 },
      { after: 'conv 3×3, BatchNorm', tensors: 2 },
    ]);
  });

  it('never crosses one tensor alone, whatever the block', () => {
    const conv = fc.constant<Entry>({ type: 'conv', filters: 4, kernel: 1, stride: 1, pad: 0 });
    const { entry } = fc.letrec<{ entry: Entry; block: BlockEntry }>((tie) => ({
      entry: fc.oneof({ maxDepth: 3, depthSize: 'small' }, conv, tie('block')),
      block: fc
        .tuple(
          fc.array(fc.array(tie('entry'), { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 }),
          fc.option(fc.array(tie('entry'), { minLength: 1, maxLength: 2 })),
        )
        .map(([ways, last]) => ({
          type: 'block',
          branches: [...ways, last ?? []].map((entries) => ({ entries })),
          join: 'add',
          activation: 'none',
        })),
    }));
    fc.assert(
      fc.property(entry, (any) => {
        const [, { inside }] = describeNetwork(withBody(any));
        expect(inside === null).toBe(any.type === 'conv');
        for (const { tensors } of inside?.places ?? []) expect(tensors).toBeGreaterThanOrEqual(2);
      }),
      { numRuns: 50 },
    );
  });
});

describe('tensorsCrossing', () => {
  it('counts a tensor once, however many use it, and one where a chain goes through', () => {
    const operation = (...inputs: number[]) => ({ label: '', inputs });
    expect(tensorsCrossing([operation(-1), operation(0), operation(1)])).toEqual([1, 1, 1]);
    expect(tensorsCrossing([operation(-1), operation(0, 0, -1), operation(0, 1)])).toEqual([2, 2, 1]);
  });
});

describe('a block that cannot be', () => {
  const conv = (filters: number, stride = 1): Entry => ({ type: 'conv', filters, kernel: 3, stride, pad: 1 });
  const block = (joined: 'add' | 'concat', ...branches: Entry[][]): BlockEntry => ({
    type: 'block',
    branches: branches.map((entries) => ({ entries })),
    join: joined,
    activation: 'none',
  });
  const dense: Entry = { type: 'dense', units: 4, activation: 'none' };

  it.each([
    [block('add', [conv(5)], []), /its branches give 6×6×5 and 6×6×4: what is added must have one shape/],
    [block('concat', [conv(5, 2)], []), /give 3×3×5 and 6×6×4: what is concatenated must have one size/],
    [block('concat', [dense], []), /give 4 nodes and 6×6×4/],
    [
      { ...block('add'), branches: [{ entries: [conv(4)], names: ['conv', 'bn'] }, { entries: [] }] },
      /names 2 modules \(conv, bn\): name all 3/,
    ],
  ])('is refused: %j', (entry, message) => {
    const describeIt = (): unknown => describeNetwork(withBody(entry));
    expect(describeIt).toThrow(expect.objectContaining({ code: 'bad-network' }) as Error);
    expect(describeIt).toThrow(message);
    expect(() => buildServer(withBody(entry), { layer: 0, module: null }, { seed: 1 })).toThrow(message);
  });

  it('is named where the maps become too small inside it', () => {
    const input: Shape = [2, 2, 3];
    const wide: Entry = { type: 'maxPool', size: 5, stride: 1, pad: 0 };
    const network = { ...withBody(block('concat', [wide], [wide])), input };
    expect(() => describeNetwork(network)).toThrow(/leave nothing for "block of 2 branches, concatenated"/);
  });
});
