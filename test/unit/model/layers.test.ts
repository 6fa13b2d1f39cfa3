import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { basicBlock } from '../../../main/model/basic-block.ts';
import { buildLinks, follow } from '../../../main/model/chain.ts';
import type { DenseEntry } from '../../../main/model/entries/dense.ts';
import { dense } from '../../../main/model/layers/dense.ts';
import type { Layer } from '../../../main/model/layers/layer.ts';
import { maxPoolLayer } from '../../../main/model/layers/max-pool.ts';
import { normConv } from '../../../main/model/layers/norm-conv.ts';
import { poolFlatten } from '../../../main/model/layers/pool-flatten.ts';
import { sequence } from '../../../main/model/layers/sequence.ts';
import type { Entry, Shape } from '../../../main/model/spec.ts';
import {
  adaptivePoolFlatten,
  affine,
  autodiff,
  batchNorm,
  convolution,
  type Reference,
  type Statistics,
} from '../../support/reference.ts';
import { collect, difference, differences, largest, named, normals, randomise } from '../../support/tensors.ts';

/** float32 in another order of summation; a wrong formula is off by 0.01 and more. */
const TOLERANCE = 2e-5;

const epsilon = 1e-5;
const pass = { seed: 1, step: 0 };

interface Case {
  readonly title: string;
  readonly layer: () => Layer;
  readonly input: number[];
  readonly reference: (statistics: Statistics) => Reference;
}

function conv(kernel: number, stride: number, pad: number, activation: 'relu' | 'none', bias: boolean): Layer {
  const window = { stride, pad };
  return normConv({ convName: 'c', normName: 'n', maps: 3, filters: 5, kernel, window, activation, bias, seed: 1 });
}

function convReference(stride: number, pad: number, activation: 'relu' | 'none') {
  return (from: Statistics): Reference =>
    (x, weights) => {
      const normed = batchNorm(convolution(x, weights, 'c', stride, pad), weights, 'n', epsilon, from);
      return activation === 'relu' ? tf.relu(normed) : normed;
    };
}

/** A layer of an entry whose weights are called `b.…`. */
function built(entry: Entry, input: Shape, nodes = false): Layer {
  const [layer] = buildLinks(follow([entry], { input, nodes, fold: true }), () => 'b', 1);
  return layer;
}

function block(filters: number, stride: number): Layer {
  return built(basicBlock({ maps: 4, filters, stride }), [4, 4, 4]);
}

function blockReference(stride: number, shortcut: boolean) {
  return (from: Statistics): Reference =>
    (x, weights) => {
      const first = tf.relu(batchNorm(convolution(x, weights, 'b.conv1', stride, 1), weights, 'b.bn1', epsilon, from));
      const main = batchNorm(convolution(first, weights, 'b.conv2', 1, 1), weights, 'b.bn2', epsilon, from);
      const side = shortcut
        ? batchNorm(convolution(x, weights, 'b.downsample.0', stride, 0), weights, 'b.downsample.1', epsilon, from)
        : x;
      return tf.relu(tf.add(main, side));
    };
}

/** A 1×1 convolution, a 3×3 convolution after a 1×1, and the input itself. */
function branched(how: 'add' | 'concat', activation: 'relu' | 'none'): Layer {
  const convEntry = (kernel: number, filters: number): Entry => ({
    type: 'conv',
    filters,
    kernel,
    stride: 1,
    pad: kernel >> 1,
  });
  const branches = [
    { entries: [convEntry(1, 4)] },
    { entries: [convEntry(1, 2), convEntry(3, 4)], names: ['c1', 'n1', 'r1', 'c2', 'n2', 'r2'] },
    { entries: [], names: 'same' },
  ];
  return built({ type: 'block', branches, join: how, activation }, [5, 4, 4]);
}

function branchedReference(how: 'add' | 'concat', activation: 'relu' | 'none') {
  return (from: Statistics): Reference =>
    (x, weights) => {
      const conv = (input: tf.Tensor, name: string, normName: string, pad: number): tf.Tensor =>
        tf.relu(batchNorm(convolution(input, weights, name, 1, pad), weights, normName, epsilon, from));
      const ends = [
        conv(x, 'b.branches.0.0', 'b.branches.0.1', 0),
        conv(conv(x, 'b.c1', 'b.n1', 0), 'b.c2', 'b.n2', 1),
        x,
      ];
      const joined = how === 'add' ? tf.addN(ends) : tf.concat(ends, 3);
      return activation === 'relu' ? tf.relu(joined) : joined;
    };
}

/** Nodes of two dense layers beside those that came in, and a block in a block. */
function nodeBlock(): Layer {
  const inner: Entry = {
    type: 'block',
    branches: [{ entries: [denseEntry(4, 'relu')], names: 'left' }, { entries: [] }],
    join: 'add',
    activation: 'none',
  };
  const branches = [{ entries: [inner] }, { entries: [denseEntry(3, 'none')], names: 'right' }];
  return built({ type: 'block', branches, join: 'concat', activation: 'relu' }, [1, 1, 4], true);
}

function denseEntry(units: number, activation: 'relu' | 'none'): DenseEntry {
  return { type: 'dense', units, activation };
}

function fully(units: number, activation: 'relu' | 'none', inputs: number, dropout?: number): Layer {
  const entry: DenseEntry = { type: 'dense', units, activation, dropout };
  return dense(entry, { name: 'd', inputs, seed: 1 });
}

const always = (reference: Reference) => (): Reference => reference;
const pooling =
  (size: number, stride: number, pad: number): Reference =>
  (x) =>
    tf.maxPool(x as tf.Tensor4D, size, stride, pad, 'floor');

const pooled = (height: number, width: number, size: number): Case => ({
  title: `adaptive pooling of ${height}×${width} to ${size}×${size}`,
  layer: () => poolFlatten([height, width], size),
  input: [2, height, width, 3],
  reference: always((x) => adaptivePoolFlatten(x, size)),
});

const cases: Case[] = [
  {
    title: 'convolution 3/1/1 with bias and ReLU',
    layer: () => conv(3, 1, 1, 'relu', true),
    input: [2, 5, 6, 3],
    reference: convReference(1, 1, 'relu'),
  },
  {
    title: 'convolution 7/2/3 without either',
    layer: () => conv(7, 2, 3, 'none', false),
    input: [2, 9, 8, 3],
    reference: convReference(2, 3, 'none'),
  },
  {
    title: 'max pooling 2/2/0 of an odd size',
    layer: () => maxPoolLayer({ type: 'maxPool', size: 2, stride: 2, pad: 0 }),
    input: [2, 5, 6, 3],
    reference: always(pooling(2, 2, 0)),
  },
  {
    title: 'max pooling 3/2/1, whose windows overlap',
    layer: () => maxPoolLayer({ type: 'maxPool', size: 3, stride: 2, pad: 1 }),
    input: [2, 6, 7, 3],
    reference: always(pooling(3, 2, 1)),
  },
  {
    title: 'residual block',
    layer: () => block(4, 1),
    input: [2, 5, 4, 4],
    reference: blockReference(1, false),
  },
  {
    title: 'residual block with a shortcut convolution for its stride',
    layer: () => block(4, 2),
    input: [2, 5, 6, 4],
    reference: blockReference(2, true),
  },
  {
    title: 'residual block with a shortcut convolution for its maps',
    layer: () => block(6, 1),
    input: [2, 4, 4, 4],
    reference: blockReference(1, true),
  },
  ...(['add', 'concat'] as const).flatMap((how) =>
    (['relu', 'none'] as const).map((activation) => ({
      title: `block of three branches, ${how}, ${activation}`,
      layer: () => branched(how, activation),
      input: [2, 5, 4, 4],
      reference: branchedReference(how, activation),
    })),
  ),
  {
    title: 'block of nodes with a block inside',
    layer: nodeBlock,
    input: [3, 4],
    reference: always((x, weights) =>
      tf.relu(
        tf.concat(
          [tf.add(tf.relu(affine(x, weights, 'b.branches.0.0.left.0')), x), affine(x, weights, 'b.right.0')],
          1,
        ),
      ),
    ),
  },
  {
    title: 'dense layer with ReLU',
    layer: () => fully(7, 'relu', 10),
    input: [3, 10],
    reference: always((x, weights) => tf.relu(affine(x, weights, 'd'))),
  },
  {
    title: 'dense layer on nodes that came as maps',
    layer: () => fully(7, 'none', 10),
    input: [3, 1, 1, 10],
    reference: always((x, weights) => affine(x, weights, 'd')),
  },
  ...[1, 2, 3, 7, 12].map((side) => pooled(side, side, 7)),
  pooled(4, 4, 1),
  pooled(5, 9, 7),
  {
    title: 'flattening as PyTorch does',
    layer: () => poolFlatten([2, 3], null),
    input: [2, 2, 3, 4],
    reference: always((x) => tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [2, 24])),
  },
  {
    title: 'layers one after the other',
    layer: () => sequence([conv(3, 1, 1, 'relu', true), poolFlatten([4, 4], 2), fully(3, 'none', 20)]),
    input: [2, 4, 4, 3],
    reference: (from) => (x, weights) =>
      affine(adaptivePoolFlatten(convReference(1, 1, 'relu')(from)(x, weights), 2), weights, 'd'),
  },
];

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(cases)('$title', ({ layer: make, input, reference }) => {
  const open = (): { layer: Layer; x: tf.Tensor } => {
    const layer = make();
    randomise(layer);
    return { layer, x: normals('x', input) };
  };

  it('computes in training what the reference does', () => {
    const { layer, x } = open();
    const expected = reference('batch')(x, named(layer));
    expect(difference(layer.forward(x, pass).y, expected)).toBeLessThan(TOLERANCE);
  });

  it('computes in inference what the reference does with the running statistics', () => {
    const { layer, x } = open();
    expect(difference(layer.infer(x), reference('running')(x, named(layer)))).toBeLessThan(TOLERANCE);
  });

  it('goes backward as autodiff does', () => {
    const { layer, x } = open();
    const { y, backward } = layer.forward(x, pass);
    const dy = normals('dy', y.shape);
    const expected = autodiff(reference('batch'), x, layer.parameters, dy);
    const { gradients, apply } = collect();
    const dx = backward(dy, apply, true);
    expect(largest(differences({ ...gradients, x: dx! }, { ...expected.gradients, x: expected.dx }))).toBeLessThan(
      TOLERANCE,
    );
  });

  it('finds the same gradients when nobody asks for that of its input, and keeps nothing', () => {
    const { layer, x } = open();
    const before = tf.memory().numTensors;
    const run = (inputGradient: boolean): { dx: tf.Tensor | null; gradients: Record<string, tf.Tensor> } => {
      const { y, backward } = layer.forward(x, pass);
      const dy = normals('dy', y.shape);
      const { gradients, apply } = collect();
      const dx = backward(dy, apply, inputGradient);
      dy.dispose();
      return { dx, gradients };
    };
    const whole = run(true);
    const part = run(false);
    expect(part.dx).toBeNull();
    expect(largest(differences(part.gradients, whole.gradients))).toBe(0);
    tf.dispose([whole.dx!, whole.gradients, part.gradients]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leaves its input alone in inference, and keeps nothing', () => {
    const { layer, x } = open();
    const before = tf.memory().numTensors;
    layer.infer(x).dispose();
    expect(x.isDisposed).toBe(false);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('BatchNorm', () => {
  it("follows the batches as PyTorch's does: unbiased variance, the convolution's bias in the mean", () => {
    const layer = conv(3, 1, 1, 'relu', true);
    randomise(layer);
    const before = named(layer);
    const x = normals('x', [2, 4, 4, 3]);
    const z = convolution(x, before, 'c', 1, 1);
    const { mean, variance } = tf.moments(z, [0, 1, 2]);
    const values = z.size / 5;
    const expected = {
      mean: tf.add(tf.mul(before['n.running_mean'], 0.9), tf.mul(mean, 0.1)),
      variance: tf.add(tf.mul(before['n.running_var'], 0.9), tf.mul(variance, (0.1 * values) / (values - 1))),
    };
    layer.forward(x, pass);
    const after = named(layer);
    const actual = { mean: after['n.running_mean'], variance: after['n.running_var'] };
    expect(largest(differences(actual, expected))).toBeLessThan(TOLERANCE);
    expect(Array.from(after['n.num_batches_tracked'].dataSync())).toEqual([1]);
  });
});

describe('dropout', () => {
  const rate = 0.25;
  const inputs = normals('x', [4, 10]);
  const train = (seed: number, step: number): { y: Float32Array; dy: Float32Array } => {
    const layer = fully(400, 'relu', 10, rate);
    const { y, backward } = layer.forward(inputs, { seed, step });
    const values = y.dataSync<'float32'>().slice();
    const { gradients, apply } = collect();
    backward(tf.onesLike(y), apply, false);
    return { y: values, dy: gradients['d.bias'].dataSync<'float32'>() };
  };

  it('drops activations at its rate and scales the others, forward and backward alike', () => {
    const layer = fully(400, 'relu', 10, rate);
    const whole = layer.infer(inputs).dataSync();
    const { y, dy } = train(1, 0);
    const open = Array.from(whole.keys()).filter((i) => whole[i] > 0);
    const kept = open.filter((i) => y[i] !== 0);
    expect(kept.length / open.length).toBeCloseTo(1 - rate, 1);
    for (const i of kept) expect(y[i]).toBeCloseTo(whole[i] / (1 - rate), 5);
    // The bias of a unit sees one gradient of 1/(1 − rate) for each sample whose activation came through.
    const through = Array.from({ length: 400 }, (_, unit) => kept.filter((i) => i % 400 === unit).length);
    expect(Array.from(dy)).toEqual(through.map((count) => expect.closeTo(count / (1 - rate), 5) as number));
  });

  it('is a pure function of seed and step', () => {
    expect(train(1, 5).y).toEqual(train(1, 5).y);
    expect(train(1, 5).y).not.toEqual(train(1, 6).y);
    expect(train(1, 5).y).not.toEqual(train(2, 5).y);
  });
});
