import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../main/engine/engine.ts';
import { engineNames, type EngineName } from '../../main/engine/choices.ts';
import type { ExperimentInput } from '../../main/runs/experiment/experiment.ts';
import { noise, openHalves, tinyCut, tinyNetwork, trainStep } from '../support/halves.ts';
import { createRun, execute, killLogged, outcome } from '../support/network-runs.ts';
import { openTestStore, temporaryFolder } from '../support/run-store.ts';

/**
 * What an engine is for: whole runs, in processes of their own, of the engine that SLUICE_REQUIRE_ENGINE names. The cpu engine has
 * all other tests for that.
 */

const twoSteps: ExperimentInput = {
  dataset: { trainSamples: 32, testSamples: 4 },
  phases: [
    { budget: 2, epochs: 1 },
    { budget: 'full', epochs: 1 },
  ],
};

const required = engineNames.find((name) => name === process.env.SLUICE_REQUIRE_ENGINE) ?? 'cpu';

describe.each([...new Set<EngineName>(['cpu', required])])('training on %s', { timeout: 180_000 }, (name) => {
  beforeAll(async () => {
    await openEngine(name, { threads: 1 });
  });

  it('reads maps, logits, gradient and gate in a step, and nothing else', async () => {
    const halves = openHalves(tinyNetwork, tinyCut, { momentum: 0.9 });
    const batch = noise('images', tinyNetwork, 4);
    await trainStep(halves, batch, { budget: 2, step: 0 });
    await halves.client.gate();
    const { reads, restore } = countReads();
    await trainStep(halves, batch, { budget: 2, step: 1 });
    await halves.client.gate();
    restore();
    halves.dispose();
    expect(reads()).toBe(4);
  });

  if (name === 'cpu') return;

  it.each(['vgg11', 'resnet18', 'mlp'] as const)('%s learns as on the processor', async (model) => {
    const store = openTestStore(temporaryFolder());
    const losses = async (engine: 'cpu' | typeof name): Promise<number[]> => {
      const input = { ...twoSteps, model: { name: model, width: 0.125 }, split: { layer: 2 }, engine };
      const { id } = createRun(store, input);
      const { status } = await execute(store, id);
      expect(status).toBe('finished');
      return store.steps(id).map(({ crossEntropy }) => crossEntropy);
    };
    const [own, expected] = [await losses(name), await losses('cpu')];
    expect(own).toHaveLength(4);
    // Rounding to float16 and ReLUs carry a last bit further with each step.
    own.forEach((loss, i) => expect(loss).toBeCloseTo(expected[i], i === 0 ? 4 : 1));
  });

  it('a run that is killed and goes on is one that was let alone, bit for bit', async () => {
    const store = openTestStore(temporaryFolder());
    const alone = createRun(store, { engine: name });
    await execute(store, alone.id);
    const killed = createRun(store, { engine: name });
    const faults = new Map([
      [7, 'source-started'],
      [11, 'server-started'],
    ]);
    await execute(store, killed.id, {
      onStep(steps) {
        const event = faults.get(steps);
        if (event !== undefined) killLogged(store, killed.id, event, event === 'source-started' ? 0 : undefined);
        faults.delete(steps);
      },
    });
    expect(faults.size).toBe(0);
    expect(await outcome(store, killed.id)).toEqual(await outcome(store, alone.id));
  });
});

/** Counts what is read from the engine, until it is restored. */
function countReads(): { reads: () => number; restore: () => void } {
  const backend = tf.backend();
  const own = { read: backend.read, readSync: backend.readSync };
  let count = 0;
  let depth = 0;
  const counted =
    <Args extends unknown[], Result>(read: (...args: Args) => Result) =>
    (...args: Args): Result => {
      // One may call the other.
      if (depth++ === 0) count++;
      try {
        return read.apply(backend, args);
      } finally {
        depth--;
      }
    };
  backend.read = counted(own.read);
  backend.readSync = counted(own.readSync);
  return { reads: () => count, restore: () => void Object.assign(backend, own) };
}
