import { describe, expect, it } from 'vitest';
import { eventQueue } from '../../../main/simulation/event-queue.ts';
import { saturation, type Load, type Population } from '../../../main/simulation/load.ts';
import { simulate } from '../../../main/simulation/simulate.ts';
import { random } from '../../../main/random.ts';

const load: Load = { client: 0.1, server: 0.02, up: 0.005, down: 0.003, delay: 0.001 };
const alone = 0.1 + 0.02 + 0.008 + 0.002;
const people: Population = { sources: 1, servers: 1, channels: 1, duplex: false, arrivals: 'closed' };
const seed = 1;

describe('the event queue', () => {
  it('gives events in the order of their times', () => {
    const source = random(3, 'events');
    const times = Array.from({ length: 500 }, () => source.integer(200));
    const queue = eventQueue();
    times.forEach((time, event) => queue.add(time, event));
    const taken: number[] = [];
    while (queue.size > 0) taken.push(times[queue.take()]);
    expect(taken).toEqual([...times].sort((a, b) => a - b));
  });
});

describe('simulate', () => {
  it('lets one source wait for nobody', () => {
    const { perSecond, seconds, busy } = simulate(load, people, { seed, steps: 300 });
    expect(perSecond).toBeCloseTo(1 / alone, 6);
    expect(seconds.mean).toBeCloseTo(alone, 6);
    expect(seconds.p95).toBeCloseTo(alone, 6);
    expect(busy.client).toBeCloseTo(0.1 / alone, 6);
    expect(busy.channel).toBeCloseTo(0.008 / alone, 6);
    expect(busy.server).toBeCloseTo(0.02 / alone, 2);
  });

  it('is as fast as its bottleneck with many sources, and no faster', () => {
    const many = { ...people, sources: 50 };
    const server = simulate(load, many, { seed });
    expect(server.perSecond).toBeCloseTo(1 / 0.02, 1);
    expect(server.busy.server).toBeCloseTo(1, 2);
    expect(server.seconds.mean).toBeCloseTo(50 * 0.02, 2);
    const channel = simulate({ ...load, up: 0.05 }, { ...many, servers: 4 }, { seed });
    expect(channel.perSecond).toBeCloseTo(1 / 0.053, 1);
    const twice = simulate({ ...load, up: 0.05 }, { ...many, servers: 4, channels: 2, duplex: true }, { seed });
    expect(twice.perSecond).toBeCloseTo(2 / 0.05, 1);
    const alike = simulate(load, { ...many, servers: 4, channels: 0 }, { seed });
    expect(alike.perSecond).toBeCloseTo(4 / 0.02, 0);
  });

  it('has the waiting times of an M/D/1 queue', () => {
    const service = 0.01;
    const utilisation = 0.7;
    const rate = utilisation / service;
    const sources = 1000;
    const { seconds, busy, perSecond } = simulate(
      { client: 0, server: service, up: 0, down: 0, delay: 0 },
      { ...people, sources, channels: 0, arrivals: { perSecond: rate / sources } },
      { seed, steps: 300_000 },
    );
    // Pollaczek and Khinchine: ρ / (2μ(1 − ρ)) in the line, then the service.
    const expected = (utilisation * service) / (2 * (1 - utilisation)) + service;
    expect(Math.abs(seconds.mean / expected - 1)).toBeLessThan(0.03);
    expect(Math.abs(perSecond / rate - 1)).toBeLessThan(0.02);
    expect(busy.server).toBeCloseTo(utilisation, 1);
  });

  it('is the same for the same seed, and another for another', () => {
    const some = { ...people, sources: 5 };
    expect(simulate(load, some, { seed, steps: 2000 })).toEqual(simulate(load, some, { seed, steps: 2000 }));
    expect(simulate(load, some, { seed, steps: 2000 })).not.toEqual(simulate(load, some, { seed: 2, steps: 2000 }));
  });
});

describe('saturation', () => {
  it('names the bottleneck, and from how many sources on it is one', () => {
    const at = saturation(load, { ...people, sources: 100 });
    expect(at).toMatchObject({ bottleneck: 'server', mostPerSecond: 50 });
    expect(at.sources).toBeCloseTo(alone / 0.02, 9);
    expect(saturation(load, { ...people, sources: 2 })).toMatchObject({ bottleneck: 'client' });
    const busyChannel = { ...load, up: 0.1 };
    expect(saturation(busyChannel, { ...people, sources: 100 }).bottleneck).toBe('channel');
    expect(saturation(busyChannel, { ...people, sources: 100, channels: 0 }).bottleneck).toBe('server');
  });

  it('is what the simulation comes to on both sides', () => {
    for (const sources of [3, 20]) {
      const many = { ...people, sources };
      const { mostPerSecond } = saturation(load, many);
      const { perSecond } = simulate(load, many, { seed });
      expect(perSecond).toBeLessThanOrEqual(mostPerSecond * 1.001);
      expect(perSecond).toBeGreaterThan(mostPerSecond * 0.95);
    }
  });
});
