import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Batch } from '../../../../main/data/source.ts';
import { openEngine } from '../../../../main/engine/engine.ts';
import { buildClient, buildServer } from '../../../../main/model/build.ts';
import type { NetworkSpec } from '../../../../main/model/spec.ts';
import type * as Zoo from '../../../../main/model/zoo.ts';
import { random } from '../../../../main/random.ts';
import { experimentNetwork } from '../../../../main/runs/experiment/check.ts';
import { clientHalf } from '../../../../main/training/client.ts';
import { resetDeprune } from '../../../../main/training/methods/deprune.ts';
import { serverHalf } from '../../../../main/training/server.ts';
import { data, experimentWith, initialWeights, named, train } from './trained.ts';

/** A network with dropout in both halves; those of the zoo have it in the server's alone. */
vi.mock('../../../../main/model/zoo.ts', async (original) => ({
  ...(await original<typeof Zoo>()),
  networkSpec: (): NetworkSpec => ({
    name: 'dropping',
    input: [8, 8, 3],
    classes: 3,
    body: [
      { type: 'dense', units: 16, activation: 'relu', dropout: 0.5 },
      { type: 'dense', units: 8, activation: 'relu', dropout: 0.5 },
      { type: 'dense', units: 8, activation: 'relu', dropout: 0.5 },
    ],
    head: [{ type: 'dense', units: 3, activation: 'none' }],
  }),
}));

const experiment = experimentWith({ codec: { up: 'float32' } });

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

describe('the seed of a run', () => {
  it('draws the weights of both halves, another one others', async () => {
    const [one, other] = [await initialWeights(experiment, 1), await initialWeights(experiment, 2)];
    for (const half of ['features.0.weight', 'prune_filter', 'server.classifier.0.weight']) {
      expect(named(one, half)).not.toEqual(named(other, half));
    }
    // A rate of next to nothing shows the weights as they were.
    for (const [seed, expected] of [
      [1, one],
      [2, other],
    ] as const) {
      const slow = experimentWith({ codec: { up: 'float32' }, optimiser: { learningRate: 1e-9 } });
      const { weights } = await train(slow, seed);
      for (const [name, values] of Object.entries(weights(1))) {
        expect([...values], name).toEqual(Array.from(expected[name], (value) => expect.closeTo(value, 5) as unknown));
      }
    }
  });

  it('draws what is dropped in both halves', async () => {
    const seed = 2;
    const { requests, steps } = await train(experiment, seed);
    const { network, cut } = experimentNetwork(experiment, data.info);
    const { gate, optimiser } = experiment;
    const client = clientHalf(buildClient(network, cut, { seed }), { input: network.input, gate, optimiser, seed });
    const settings = { classes: 3, optimiser, seed, clientTrains: true };
    const server = serverHalf(buildServer(network, cut, { seed }), settings);
    const { value: batch } = (await data.train(0)[Symbol.asyncIterator]().next()) as IteratorYieldResult<Batch>;
    const begun = await client.begin(batch, 2, 0);
    expect(requests[0].maps).toEqual(begun.features.maps);
    const { loss } = await server.step(requests[0]);
    expect(steps[0].crossEntropy).toBeCloseTo(loss, 6);
    begun.abandon();
    client.dispose();
    server.dispose();
  });

  it('draws the reset of the gate between phases', async () => {
    const seed = 5;
    const phases = [1, 2].map((budget) => ({ budget, epochs: 1 }));
    const slow = experimentWith({ phases, optimiser: { learningRate: 1e-9 } });
    const { weights } = await train(slow, seed);
    const expected = resetDeprune(named(weights(3), 'prune_filter'), random(seed, 'reset', 0, 1));
    expect([...named(weights(4), 'prune_filter')]).toEqual(
      Array.from(expected, (value) => expect.closeTo(value, 4) as unknown),
    );
  });
});
