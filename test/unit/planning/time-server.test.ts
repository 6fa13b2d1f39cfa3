import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../../main/errors.ts';
import { networkSpec } from '../../../main/model/zoo.ts';
import { codecChoice } from '../../../main/offload/codecs/table.ts';
import { timeServer } from '../../../main/planning/time-server.ts';
import { possibleCuts } from '../../../main/planning/times.ts';
import { sleep } from '../../../main/pause.ts';
import { fakeHalf, serve, token } from '../offload/fake-half.ts';

const module = { resolution: 1, features: 1 };
const model = { name: 'mlp', width: 0.0625, input: [4, 4, 1], classes: 3 } as const;
const request = {
  model,
  module,
  batchSize: 2,
  momentum: 0,
  weightDecay: 0,
  codecs: [codecChoice('float32')],
  engine: 'auto',
} as const;

describe('timeServer', () => {
  it('has a server tell how long its half takes at every cut, and leaves no session there', async () => {
    const half = fakeHalf(() => sleep(4));
    const opened: (number | null)[] = [];
    const server = await serve({
      models: ['mlp'],
      engine: 'a fast one',
      open: ({ cut }) => {
        opened.push(cut.layer);
        return Promise.resolve(half);
      },
    });
    const told: number[] = [];
    const { engine, times, link } = await timeServer({ url: server.url, token }, request, (done) => told.push(done));
    const cuts = possibleCuts(networkSpec(model.name, model), module);
    expect(engine).toBe('a fast one');
    expect(opened).toEqual(cuts.map(({ layer }) => layer));
    expect(told).toEqual([...cuts.keys(), cuts.length]);
    for (const cut of cuts) {
      for (const budget of [1, 4, null]) {
        expect(times.batch.server(cut, budget).train).toBeGreaterThan(0.003);
        expect(times.one.server(cut, budget).infer).toBeLessThan(times.one.server(cut, budget).train);
      }
    }
    expect(link.up).toBeGreaterThan(0);
    expect(link.rttMs).toBeGreaterThanOrEqual(0);
    await expect.poll(() => server.sessions()).toEqual([]);
  });

  it('says what the server refuses', async () => {
    const refuse = (): Promise<never> => Promise.reject(new SluiceError('model-unknown', 'There is no mlp here.'));
    const server = await serve({ models: ['vgg11'], open: refuse });
    await expect(timeServer({ url: server.url, token }, request)).rejects.toThrow('There is no mlp here.');
    await expect(timeServer({ url: server.url, token: 'another' }, request)).rejects.toThrow(/token/);
  });
});
