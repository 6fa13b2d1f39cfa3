import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../../main/engine/engine.ts';
import { nothingYet } from '../../../main/training/counters.ts';
import type { NamedTensor, TrainingEvent } from '../../../main/training/snapshot.ts';
import type { SplitNetwork } from '../../../main/training/split-network.ts';
import { checkpointsOf, eventsOf, trainTiny, type TinyTraining } from '../../support/training.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

function onesLike({ shape, data }: NamedTensor): NamedTensor {
  const ones = data instanceof Float32Array ? data.slice().fill(1) : data.slice().fill(1n);
  return { shape, data: ones };
}

describe('averaging', () => {
  /** Trains with others whose weights are all 1, and says what was asked of them. */
  async function averaged(options: TinyTraining): Promise<{ asked: [number, number][]; events: TrainingEvent[] }> {
    const asked: [number, number][] = [];
    const onOpen = (split: SplitNetwork): SplitNetwork => ({
      ...split,
      server: {
        ...split.server,
        average(round, samples, weights) {
          asked.push([round, samples]);
          return Promise.resolve(
            Object.fromEntries(Object.entries(weights).map(([name, own]) => [name, onesLike(own)])),
          );
        },
      },
    });
    return { asked, events: await eventsOf(trainTiny({ momentum: 0.9, onOpen, ...options })) };
  }

  it('comes after every so many epochs, by the samples since, and leaves the velocities alone', async () => {
    const { asked, events } = await averaged({ averageEpochs: 1 });
    expect(asked).toEqual([0, 1, 2].map((round) => [round, 11]));
    const { client } = checkpointsOf(events)[0].snapshot;
    for (const { data } of Object.values(client.weights))
      expect(Array.from(data, Number).every((x) => x === 1)).toBe(true);
    const apart = checkpointsOf(await eventsOf(trainTiny({ momentum: 0.9 })))[0].snapshot;
    expect(client.momentum).toEqual(apart.client.momentum);
    expect((await averaged({ averageEpochs: 2 })).asked).toEqual([[0, 22]]);
    expect((await averaged({ averageEpochs: 3 })).asked).toEqual([[0, 33]]);
  });

  it('counts a source that came back with nothing left of its epoch', async () => {
    const { snapshot } = checkpointsOf(await eventsOf(trainTiny({ momentum: 0.9, checkpointSteps: 1 })))[0];
    const resume = { ...snapshot, position: { ...snapshot.position, batch: 3, step: 3 }, totals: nothingYet };
    expect((await averaged({ averageEpochs: 1, resume })).asked[0]).toEqual([0, 1]);
  });
});
