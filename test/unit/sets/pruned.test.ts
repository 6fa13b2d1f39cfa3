import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../../main/engine/engine.ts';
import { networkSpec } from '../../../main/model/zoo.ts';
import type { Budget } from '../../../main/records/column.ts';
import type { ExperimentInput } from '../../../main/runs/experiment/experiment.ts';
import { parseExperiment } from '../../../main/runs/experiment/parse.ts';
import { makeSet } from '../../../main/sets/make.ts';
import { openSet, wholeOf, type OpenedSet } from '../../../main/sets/open.ts';
import { requestBudget } from '../../../main/sets/pair.ts';
import { prunePair } from '../../../main/sets/prune-pair.ts';
import { noise, openHalves, trainStep } from '../../support/halves.ts';
import { temporaryHome } from '../../support/home.ts';

/** float32 in another order of multiplication; one map too many or too few is off by 0.01 and more. */
const TOLERANCE = 1e-5;

temporaryHome();

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

interface Case {
  readonly title: string;
  readonly model: NonNullable<ExperimentInput['model']>;
  readonly split: NonNullable<ExperimentInput['split']>;
  readonly gate?: ExperimentInput['gate'];
  /** φ, and the budget, which is how many maps are left, or null where all are. */
  readonly maps: number;
  readonly left: number | null;
}

const cnn = { name: 'cnn', width: 0.25 } as const;
const cases: Case[] = [
  { title: 'r = 1', model: cnn, split: { layer: 4 }, maps: 16, left: 3 },
  { title: 'r = 2', model: cnn, split: { layer: 4, module: { resolution: 2 } }, maps: 16, left: 3 },
  { title: 'c = 2', model: cnn, split: { layer: 4, module: { features: 2 } }, maps: 8, left: 3 },
  { title: 'm = f', model: cnn, split: { layer: 4 }, gate: { mask: 'linear' }, maps: 16, left: 3 },
  { title: 'importance', model: cnn, split: { layer: 4 }, gate: { name: 'importance' }, maps: 16, left: 3 },
  { title: 'hard-concrete', model: cnn, split: { layer: 4 }, gate: { name: 'hard-concrete' }, maps: 16, left: 3 },
  { title: 'the image itself', model: cnn, split: { layer: 0, module: { resolution: 2 } }, maps: 3, left: 2 },
  { title: 'the nodes of an MLP', model: { name: 'mlp', width: 0.05 }, split: { layer: 2 }, maps: 24, left: null },
];

/** A network that learned for a few steps under a budget; its halves, and the set that is made of them. */
async function trained({ title, model, split, gate = {} }: Case, budget: Budget) {
  const experiment = parseExperiment({ model, split, gate, phases: [{ budget: budget ?? 'full', epochs: 1 }] });
  const network = networkSpec(model.name!, { input: [16, 16, 3], classes: 4, width: model.width! });
  const halves = openHalves(network, experiment.split, { gate: experiment.gate });
  for (let step = 0; step < 4; step++) {
    await trainStep(halves, noise(`step ${step}`, network, 6), { budget, step, classes: 4 });
  }
  const weights = {
    client: (await halves.client.read()).weights,
    server: (await halves.server.read()).weights,
  };
  const made = await makeSet(`${title.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}-${budget ?? 'full'}`, {
    experiment,
    run: { uid: null, name: title, seed: 1 },
    images: {
      dataset: 'noise',
      classes: ['a', 'b', 'c', 'd'],
      shape: [16, 16, 3],
      mean: [0, 0, 0],
      std: [1, 1, 1],
    },
    pairs: [
      {
        budget,
        testAccuracy: 0.5,
        epochs: 1,
        epoch: 'last',
        origin: { training: 0, phase: 0, source: 0 },
        weights: () => Promise.resolve(weights),
      },
    ],
  });
  return { network, halves, made };
}

async function logitsOf(set: OpenedSet, budget: Budget, images: ReturnType<typeof noise>) {
  const whole = await wholeOf(set, budget);
  const features = await whole.client.infer(images, requestBudget(set.manifest.pairs[0]));
  const logits = await whole.server.infer(features);
  whole.dispose();
  return { features, logits };
}

describe('a pair of which maps were removed', () => {
  it.each(cases)('gives the same logits: $title', async (each) => {
    const { left } = each;
    const budget = left ?? 3;
    const { network, halves, made } = await trained(each, budget);
    const [pair] = made.manifest.pairs;
    expect(pair.maps).toBe(left);
    const images = noise('test', network, 5);
    const sent = await halves.client.infer(images, budget);
    const expected = await halves.server.infer(sent);
    halves.dispose();
    const { features, logits } = await logitsOf(await openSet(made.name), budget, images);
    expect(features.maps).toHaveLength(sent.maps.length);
    expect(features.selection === null).toBe(left !== null);
    expect(features.total).toBe(left ?? each.maps);
    expect(Math.max(...logits.map((logit, i) => Math.abs(logit - expected[i])))).toBeLessThan(TOLERANCE);
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.1);
  });

  it('is at full budget as it was trained', async () => {
    const { network, halves, made } = await trained(cases[0], null);
    const images = noise('test', network, 5);
    const expected = await halves.server.infer(await halves.client.infer(images, null));
    halves.dispose();
    const [pair] = made.manifest.pairs;
    expect(pair).toMatchObject({ maps: null, unpruned: { client: { parameters: pair.client.parameters } } });
    expect((await logitsOf(made, null, images)).logits).toEqual(expected);
  });

  it.each(['keep', 'cut'] as const)('holds maps that equal the last of the budget: ties %s', (ties) => {
    const tensor = (shape: number[]) => ({ shape, data: Float32Array.from({ length: shape[0] }, (_, i) => i) });
    const gate = { shape: [1, 4, 1, 1], data: Float32Array.of(20, -1, 20, 20) };
    const client = { 'features.2.convIn1.weight': tensor([4, 1, 1, 1]), 'features.2.prune_filter': gate };
    const server = { 'features.0.convOut1.weight': tensor([4, 1, 1, 1]) };
    const pruned = prunePair({ client, server }, 2, { mask: 'squared', ties });
    const kept = ties === 'keep' ? [0, 2, 3] : [0, 2];
    expect(pruned.maps).toBe(kept.length);
    expect([...pruned.client['features.2.convIn1.weight'].data]).toEqual(kept);
    expect(pruned.client['features.2.prune_filter'].shape).toEqual([1, kept.length, 1, 1]);
  });

  it('has fewer weights and less work than before, and the manifest says how many', async () => {
    const { halves, made } = await trained({ ...cases[0], title: 'costs' }, 3);
    halves.dispose();
    const [{ client, server, unpruned, traffic }] = made.manifest.pairs;
    // A map of the client's 16: 3×3×16 weights, bias, γ, β and gate; of the server's 3×3×16 weights.
    expect(unpruned.client.parameters - client.parameters).toBe(13 * (144 + 4));
    expect(unpruned.server.parameters - server.parameters).toBe(13 * 144);
    // At 8×8 places.
    expect(unpruned.client.multiplyAdds - client.multiplyAdds).toBe(13 * 144 * 64);
    expect(unpruned.client.memoryBytes).toBeGreaterThan(client.memoryBytes);
    expect(traffic.find(({ codec }) => codec === 'float16')).toEqual({
      codec: 'float16',
      up: 3 * 64 * 2,
      down: 4 * 4,
      exact: true,
    });
  });
});
