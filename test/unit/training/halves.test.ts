import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Batch } from '../../../main/data/source.ts';
import { openEngine } from '../../../main/engine/engine.ts';
import { buildServer } from '../../../main/model/build.ts';
import type { Cut, NetworkSpec } from '../../../main/model/spec.ts';
import type { NamedTensor, StateDict } from '../../../main/model/state.ts';
import { networkSpec, type NetworkName } from '../../../main/model/zoo.ts';
import { pruneLoss } from '../../../main/training/gates/published.ts';
import { serverHalf } from '../../../main/training/server.ts';
import type { HalfState } from '../../../main/training/snapshot.ts';
import {
  noise,
  openHalves,
  tinyCut,
  tinyNetwork,
  trainStep,
  type Halves,
  type HalvesOptions,
} from '../../support/halves.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

const plain = (layer: number): Cut => ({ layer, module: null });
const withModule = (layer: number, resolution = 1): Cut => ({ layer, module: { resolution, features: 1 } });

function small(name: NetworkName, size: number): NetworkSpec {
  return networkSpec(name, { input: [size, size, 3], classes: 3, width: 1 / 64 });
}

/** Tensors in the order of the network's layers, whatever half they are in and whatever they are called there. */
interface Ordered {
  readonly parameters: NamedTensor[];
  readonly statistics: NamedTensor[];
}

const isStatistic = (name: string): boolean => /running_|num_batches/.test(name);

function inOrder(...halves: HalfState[]): Ordered {
  const entries = halves.flatMap(({ weights }) => Object.entries(weights));
  const tensors = (statistics: boolean): NamedTensor[] =>
    entries.filter(([name]) => isStatistic(name) === statistics).map(([, tensor]) => tensor);
  return { parameters: tensors(false), statistics: tensors(true) };
}

/** Deals a half its tensors from the front of the network's. */
function deal(half: HalfState, { parameters, statistics }: Ordered): HalfState {
  const next = (name: string): NamedTensor => (isStatistic(name) ? statistics : parameters).shift()!;
  return { ...half, weights: Object.fromEntries(Object.keys(half.weights).map((name) => [name, next(name)])) };
}

describe.each<[NetworkName, number]>([
  ['vgg11', 32],
  ['cnn', 8],
  ['mlp', 4],
  ['resnet18', 16],
])('a plain split of %s', (name, size) => {
  const network = small(name, size);
  const layers = Array.from({ length: network.body.length + 2 }, (_, layer) => layer);
  const options: HalvesOptions = { momentum: 0.9 };
  const train = async (halves: Halves): Promise<void> => {
    for (const step of [0, 1, 2]) await trainStep(halves, noise(`${step}`, network, 5), { step });
  };

  it.each(layers)('at layer %i trains as the network does uncut, bit for bit', async (layer) => {
    const whole = openHalves(network, plain(0), options);
    const weights = inOrder(await whole.server.read());
    const split = openHalves(network, plain(layer), options);
    split.client.write(deal(await split.client.read(), weights));
    split.server.write(deal(await split.server.read(), weights));
    await train(whole);
    await train(split);
    expect(inOrder(await split.client.read(), await split.server.read())).toEqual(inOrder(await whole.server.read()));
    whole.dispose();
    split.dispose();
  });
});

describe('a step', () => {
  const conv: NetworkSpec = {
    ...tinyNetwork,
    head: [
      { type: 'poolFlatten', size: 2 },
      { type: 'dense', units: 3, activation: 'none' },
    ],
  };
  const exact: HalvesOptions = { weightDecay: 0, gate: { epsilon: 0 }, codecs: { up: 'float32' } };
  const cases = [
    { title: 'convolutions, r = 1', network: conv, cut: withModule(3) },
    { title: 'convolutions, r = 2', network: conv, cut: withModule(3, 2) },
    { title: 'the image', network: conv, cut: withModule(0) },
    { title: 'nodes', network: small('mlp', 4), cut: withModule(2) },
    { title: 'nodes without a module', network: small('mlp', 4), cut: plain(3) },
  ].flatMap((row) => (row.cut.module ? [null, 2] : [null]).map((budget) => ({ ...row, budget })));

  it.each(cases)('goes down the gradient of the loss: $title, budget $budget', async ({ network, cut, budget }) => {
    const halves = openHalves(network, cut, exact);
    const batch = noise('batch', network, 6);
    // Small enough for curvature to play no part, large enough for float32 losses to differ.
    const learningRate = network === conv ? 2e-5 : 2e-4;
    const gate = await halves.client.gate();
    const before = [await halves.client.read(), await halves.server.read()];
    const first = await trainStep(halves, batch, { budget, learningRate });
    const after = [await halves.client.read(), await halves.server.read()];
    // The mask that is sent counts as data: its change is no part of the gradient.
    if (gate && budget) halves.client.setGate(gate);
    const second = await trainStep(halves, batch, { budget, learningRate });
    const moved = (name: string, half: number): number =>
      budget && name.endsWith('prune_filter') ? 0 : squaredDistance(name, before[half], after[half]);
    const squares = [0, 1].flatMap((half) => Object.keys(before[half].weights).map((name) => moved(name, half)));
    const slope = squares.reduce((a, b) => a + b) / learningRate ** 2;
    expect(slope).toBeGreaterThan(0.01);
    expect(Math.abs((first.loss - second.loss) / (learningRate * slope) - 1)).toBeLessThan(0.02);
    halves.dispose();
  });

  function squaredDistance(name: string, before: HalfState, after: HalfState): number {
    if (isStatistic(name)) return 0;
    const moved = after.weights[name].data as Float32Array;
    return (before.weights[name].data as Float32Array).reduce((sum, value, i) => sum + (value - moved[i]) ** 2, 0);
  }

  it("adds the gate's own loss to the gate's gradient and to nothing else", async () => {
    const learningRate = 1e-3;
    const settings = { delta: 0.1, epsilon: 10, lambda: 1, mask: 'squared', ties: 'keep' } as const;
    const train = async (epsilon: number): Promise<{ client: StateDict; server: StateDict; gate: Float32Array }> => {
      const halves = openHalves(tinyNetwork, tinyCut, { gate: { ...settings, epsilon } });
      const gate = (await halves.client.gate())!;
      const { pruneLoss: reported } = await trainStep(halves, noise('batch', tinyNetwork, 6), {
        budget: 2,
        learningRate,
      });
      expect(reported).toBe(pruneLoss(gate, 2, settings).loss);
      const [client, server] = [await halves.client.read(), await halves.server.read()];
      halves.dispose();
      return { client: client.weights, server: server.weights, gate };
    };
    const without = await train(0);
    const own = await train(settings.epsilon);
    const name = Object.keys(own.client).find((key) => key.endsWith('prune_filter'))!;
    const { gradient } = pruneLoss(own.gate, 2, settings);
    gradient.forEach((slope, i) => {
      const moved = Number(own.client[name].data[i]) - Number(without.client[name].data[i]);
      expect(moved).toBeCloseTo(-learningRate * slope, 5);
    });
    expect({ ...own.client, [name]: null }).toEqual({ ...without.client, [name]: null });
    expect(own.server).toEqual(without.server);
  });

  it('counts the bytes of both messages', async () => {
    const halves = openHalves(tinyNetwork, tinyCut, { gate: { ties: 'cut' } });
    const batch = noise('batch', tinyNetwork, 5);
    const values = (maps: number): number => 5 * 3 * 3 * maps;
    const steps = [await trainStep(halves, batch, { budget: 2 }), await trainStep(halves, batch, { budget: 3 })];
    const full = await trainStep(halves, batch);
    // One more map: its values as float16 and its mask value up, its gradient as float32 down.
    expect(steps[1].bytesUp - steps[0].bytesUp).toBe(2 * values(1) + 4);
    expect(steps[1].bytesDown - steps[0].bytesDown).toBe(4 * values(1));
    // At full budget neither mask values nor the bitmask of the 4 maps.
    expect(full.bytesUp - steps[0].bytesUp).toBe(4 * values(4) - 2 * values(2) - 4 * 2 - 1);
    expect(full.bytesDown - steps[0].bytesDown).toBe(4 * values(2));
    halves.dispose();
  });
});

describe('a server whose client does not train', () => {
  it('learns the same, decompression too, and answers without a gradient', async () => {
    const options = { classes: 3, optimiser: { momentum: 0.9, weightDecay: 0 }, seed: 1 };
    const [asked, unasked] = [true, false].map((clientTrains) =>
      serverHalf(buildServer(tinyNetwork, tinyCut, { seed: 1 }), { ...options, clientTrains }),
    );
    const halves = openHalves(tinyNetwork, tinyCut);
    const batch = noise('batch', tinyNetwork, 4);
    const features = await halves.client.infer(batch, 2);
    const request = { ...features, step: 0, labels: batch.labels, classes: 3, learningRate: 0.1 };
    const [full, short] = [await asked.step(request), await unasked.step(request)];
    expect(full.gradient).toHaveLength(features.maps.length);
    expect(short).toEqual({ ...full, gradient: new Float32Array(0) });
    expect(await unasked.read()).toEqual(await asked.read());
    for (const each of [asked, unasked, halves]) each.dispose();
  });
});

describe('raw-image offload', () => {
  it('sends the images and gets no gradient', async () => {
    const halves = openHalves(tinyNetwork, plain(0));
    const batch = noise('batch', tinyNetwork, 5);
    const { features } = await halves.client.begin(batch, null, 0);
    expect(halves.client.trainable).toBe(false);
    expect(features.maps).toEqual(batch.images);
    const { gradient, bytesUp, bytesDown } = await trainStep(halves, batch);
    expect(gradient).toHaveLength(0);
    expect(bytesUp).toBeGreaterThan(4 * batch.images.length);
    expect(bytesDown).toBeLessThan(50);
    halves.dispose();
  });
});

describe('dropout in the client half', () => {
  it('is drawn by the seed and the step', async () => {
    const mlp = small('mlp', 4);
    const network: NetworkSpec = {
      ...mlp,
      body: mlp.body.map((entry) => (entry.type === 'dense' ? { ...entry, dropout: 0.5 } : entry)),
    };
    const batch = noise('batch', network, 4);
    const sent = async (seed: number, step: number): Promise<Float32Array> => {
      const halves = openHalves(network, plain(2), { seed });
      halves.client.write(weights);
      const begun = await halves.client.begin(batch, null, step);
      begun.abandon();
      halves.dispose();
      return begun.features.maps;
    };
    const first = openHalves(network, plain(2));
    const weights = await first.client.read();
    first.dispose();
    const maps = await sent(1, 0);
    expect(maps.some((value) => value !== 0)).toBe(true);
    expect(await sent(1, 0)).toEqual(maps);
    expect(await sent(1, 1)).not.toEqual(maps);
    expect(await sent(2, 0)).not.toEqual(maps);
  });
});

describe('inference', () => {
  it('sends only the kept maps, and scores them as an evaluation does', async () => {
    const halves = openHalves(tinyNetwork, tinyCut);
    for (const step of [0, 1]) await trainStep(halves, noise(`${step}`, tinyNetwork, 6), { step, budget: 2 });
    const batch: Batch = noise('test', tinyNetwork, 6);
    const features = await halves.client.infer(batch, 2);
    expect(features).toMatchObject({ shape: [6, 3, 3], total: 4, selection: { kept: { length: 2 } } });
    expect(features.maps).toHaveLength(6 * 3 * 3 * 2);
    const logits = await halves.server.infer(features);
    const right = Array.from(batch.labels).filter((label, n) => {
      const row = logits.subarray(3 * n, 3 * n + 3);
      return row.indexOf(Math.max(...row)) === label;
    });
    const scored = await halves.offloader.evaluate({ ...features, labels: batch.labels, classes: 3 }, halves.codecs.up);
    expect(scored.correct).toBe(right.length);
    expect(await halves.client.infer(batch, 2)).toEqual(features);
    halves.dispose();
  });
});

describe('a training that diverges', () => {
  it('is named by the server, which keeps its weights and statistics, and nothing else', async () => {
    const halves = openHalves(tinyNetwork, tinyCut);
    const before = await halves.server.read();
    const tensors = tf.memory().numTensors;
    const { labels } = noise('batch', tinyNetwork, 2);
    const maps = new Float32Array(2 * 3 * 3 * 4).fill(3e38);
    const request = { maps, shape: [2, 3, 3], total: 4, selection: null, labels, classes: 3 } as const;
    const stepping = halves.server.step({ ...request, step: 0, learningRate: 0.1 });
    await expect(stepping).rejects.toMatchObject({ name: 'SluiceError', code: 'diverged' });
    await expect(stepping).rejects.toThrow(/optimiser\.learningRate/);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(await halves.server.read()).toEqual(before);
    halves.dispose();
  });

  it('is named by the client when its gate is no number any more', async () => {
    const halves = openHalves(tinyNetwork, tinyCut, { gate: { delta: 50 } });
    halves.client.setGate(Float32Array.of(NaN, 1, 1, 1));
    const stepping = trainStep(halves, noise('batch', tinyNetwork, 2), { budget: 1 });
    await expect(stepping).rejects.toMatchObject({ name: 'SluiceError', code: 'diverged' });
    await expect(stepping).rejects.toThrow(/gate\.delta/);
    halves.dispose();
  });
});
