import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openEngine } from '../../../main/engine/engine.ts';
import { buildClient } from '../../../main/model/build.ts';
import { clientHalf, type ClientHalf } from '../../../main/training/client.ts';
import { codecsFor } from '../../../main/training/controller.ts';
import { nothingYet } from '../../../main/training/counters.ts';
import { sigmoid } from '../../../main/training/gates/rank.ts';
import type { StepRecord } from '../../../main/records/record.ts';
import { trainStep } from '../../../main/training/step.ts';
import { noise, noiseSource, openHalves, tinyCut, tinyNetwork } from '../../support/halves.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

const opened: { dispose(): void }[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.dispose();
});

/** A client half whose reads of the gate from the engine are counted, and its steps. */
function watchedClient() {
  const network = buildClient(tinyNetwork, tinyCut, { seed: 1 });
  const variable = network.module!.gate.value;
  const reads = vi.spyOn(variable, 'data');
  const optimiser = { momentum: 0, weightDecay: 5e-4 };
  const client = clientHalf(network, { input: tinyNetwork.input, gate: {}, optimiser, seed: 1 });
  const halves = openHalves(tinyNetwork, tinyCut);
  opened.push(client, halves);
  const progress = { training: 0, phase: 0, epoch: 0, batch: 0, step: 0, ...nothingYet };
  const split = { client, server: halves.offloader, inferenceBytes: () => 0, dispose: () => Promise.resolve() };
  const data = noiseSource(tinyNetwork);
  const step = (): Promise<StepRecord> => {
    const decision = { budget: 2, codecs: codecsFor(2, halves.codecs) };
    const record = trainStep(
      split,
      noise('batch', tinyNetwork, 4),
      decision,
      { learningRate: 0.5, left: 1 },
      { data },
      progress,
    );
    progress.step++;
    return record;
  };
  return { client, reads, step, inEngine: () => Array.from(variable.dataSync()) };
}

const known = async (client: ClientHalf): Promise<number[]> => Array.from((await client.gate())!);

describe('the gate', () => {
  it('is read from the engine once a step, after the update, and what was read is what it is', async () => {
    const { client, reads, step, inEngine } = watchedClient();
    for (let steps = 1; steps <= 3; steps++) {
      const { gates } = await step();
      // Once more before the first step, which has no step before it.
      expect(reads).toHaveBeenCalledTimes(1 + steps);
      expect(Array.from(gates!)).toEqual(Array.from(Float32Array.from(inEngine(), sigmoid)));
    }
    await client.infer(noise('test', tinyNetwork, 4), 2);
    expect(await known(client)).toEqual(inEngine());
    expect(reads).toHaveBeenCalledTimes(4);
  });

  it('is read again once it was set or written', async () => {
    const { client, reads, step, inEngine } = watchedClient();
    const before = await client.read();
    reads.mockClear();
    await step();
    const trained = await known(client);
    client.setGate(Float32Array.of(1, 2, 3, 4));
    expect(await known(client)).toEqual([1, 2, 3, 4]);
    const { features } = await client.begin(noise('batch', tinyNetwork, 4), 2, 1).then((begun) => {
      begun.abandon();
      return begun;
    });
    expect(features.selection?.kept).toEqual([2, 3]);
    client.write(before);
    expect(await known(client)).toEqual(inEngine());
    expect(await known(client)).not.toEqual(trained);
    expect(reads).toHaveBeenCalledTimes(2 + 1 + 1);
  });
});
