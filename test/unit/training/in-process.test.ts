import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../../main/engine/engine.ts';
import { noise, openHalves, tinyCut, tinyNetwork, trainStep } from '../../support/halves.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

describe('the offloader in the same process', () => {
  it('keeps the half itself in a checkpoint, and puts it back', async () => {
    const halves = openHalves(tinyNetwork, tinyCut, { momentum: 0.9 });
    await trainStep(halves, noise('0', tinyNetwork, 4));
    const saved = await halves.offloader.checkpoint(false);
    expect(saved).toEqual({ kind: 'state', state: await halves.server.read() });
    await trainStep(halves, noise('1', tinyNetwork, 4), { step: 1 });
    expect(await halves.offloader.checkpoint(true)).not.toEqual(saved);
    await halves.offloader.restore(saved);
    expect(await halves.offloader.checkpoint(true)).toEqual(saved);
    halves.dispose();
  });

  it('forgets the velocities of the half at a phase with a fresh optimiser alone, as the client half does its own', async () => {
    const halves = openHalves(tinyNetwork, tinyCut, { momentum: 0.9 });
    const { client, server, offloader } = halves;
    const moving = async (half: Pick<typeof client, 'read'>): Promise<boolean> =>
      Object.values((await half.read()).momentum).some(({ data }) => data.some((value) => Number(value) !== 0));
    await trainStep(halves, noise('0', tinyNetwork, 4));
    expect([await moving(client), await moving(server)]).toEqual([true, true]);
    await offloader.phase({ training: 0, phase: 1, budget: 2, fresh: false });
    expect(await moving(server)).toBe(true);
    await offloader.phase({ training: 0, phase: 1, budget: 2, fresh: true });
    client.resetOptimiser();
    expect([await moving(client), await moving(server)]).toEqual([false, false]);
    halves.dispose();
  });

  it('has no state of codecs that remember nothing, and refuses one', async () => {
    const halves = openHalves(tinyNetwork, tinyCut);
    const { offloader } = halves;
    expect(await offloader.readCodecs()).toBeUndefined();
    const saved = await offloader.checkpoint(false);
    await offloader.restore(saved, { client: {}, server: {} });
    const state = { '0.up.lost': { shape: [1], data: Float32Array.of(1) } };
    for (const codecs of [
      { client: state, server: {} },
      { client: {}, server: state },
    ]) {
      await expect(async () => offloader.restore(saved, codecs)).rejects.toMatchObject({
        code: 'codec-state',
        path: '0.up.lost',
      });
    }
    halves.dispose();
  });

  it('cannot go on from a half that is with a server', async () => {
    const halves = openHalves(tinyNetwork, tinyCut);
    const before = await halves.server.read();
    for (const elsewhere of [{ kind: 'shared' }, { kind: 'kept', name: 'a', sha256: 'b' }] as const) {
      await expect(halves.offloader.restore(elsewhere)).rejects.toMatchObject({
        code: 'checkpoint-elsewhere',
        path: 'processes',
      });
    }
    expect(await halves.server.read()).toEqual(before);
    halves.dispose();
  });

  it('lets go of the half when it is closed', async () => {
    const before = tf.memory().numTensors;
    const { client, offloader } = openHalves(tinyNetwork, tinyCut);
    client.dispose();
    expect(tf.memory().numTensors).toBeGreaterThan(before);
    await offloader.close();
    expect(tf.memory().numTensors).toBe(before);
  });
});
