import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkSpec } from '../../../main/model/zoo.ts';
import { availableCodecs, codecChoice, keyOf } from '../../../main/offload/codecs/table.ts';
import { planChoices, type ChoiceOptions } from '../../../main/planning/choices.ts';
import { evaluationCost, requestCost, stepCost, type Circumstances } from '../../../main/planning/costs.ts';
import { crossing, wireBytes } from '../../../main/planning/link-time.ts';
import type { ComputeTimes } from '../../../main/planning/times.ts';
import type { SharedLink } from '../../../main/runs/experiment/experiment.ts';

/** Ten milliseconds a layer on the client, one on the server; one sample takes a tenth of a batch. */
const network = networkSpec('cnn', { input: [32, 32, 3], classes: 10, width: 0.125 });
const layers = network.body.length + 2;
const times = (share: number): ComputeTimes => ({
  client: ({ layer }) => ({ train: share * 0.01 * layer, infer: share * 0.004 * layer }),
  server: ({ layer }) => ({ train: share * 0.001 * (layers - layer), infer: share * 0.0004 * (layers - layer) }),
});
const free = Object.fromEntries(availableCodecs().map((name) => [keyOf(codecChoice(name)), { message: 0, value: 0 }]));
const link: SharedLink = { up: 8, down: 16, rttMs: 20, jitterMs: 0, loss: 0, shared: false };
const at: Circumstances = {
  network,
  batchSize: 10,
  momentum: 0,
  link,
  compute: { batch: times(1), one: times(0.1) },
  wire: free,
  device: { cpuShare: 1, busyCores: 2 },
};
const module = { resolution: 1, features: 1 };
const same = (name: string) => {
  const codec = codecChoice(name);
  return { up: codec, down: codec, full: codec };
};
const choice = { cut: { layer: 3, module }, budget: 2, codecs: same('float32') } as const;

describe('stepCost', () => {
  it('is the sum of computing and of both messages over the link', () => {
    const cost = stepCost(choice, at);
    // 16×16 maps, two of four kept, ten samples: header 44, mask 2 × 4, bitmask 1, labels 10.
    const up = 44 + 8 + 1 + 10 + 4 * 10 * 256 * 2;
    const down = 44 + 4 * 10 * 256 * 2;
    expect(cost).toMatchObject({
      bytesUp: up,
      bytesDown: down,
      exact: true,
      client: 0.03,
      server: 0.001 * (layers - 3),
    });
    // Frames: 4 bytes and a mask of 4 on the way up; a megabyte a second up, two down; half the round trip each.
    expect(cost.up).toBeCloseTo((up + 8) / 1e6 + 0.01, 12);
    expect(cost.down).toBeCloseTo((down + 4) / 2e6 + 0.01, 12);
    expect(cost.seconds).toBeCloseTo(cost.client + cost.up + cost.server + cost.down, 12);
  });

  it('adds what codecs take, and nothing for a link that is not there', () => {
    const wire = { ...free, [keyOf(codecChoice('float32'))]: { message: 0.001, value: 1e-6 } };
    const { up, down } = stepCost(choice, { ...at, link: null, wire });
    expect(up).toBeCloseTo(0.001 + 5120e-6, 12);
    expect(down).toBeCloseTo(up, 12);
  });

  it('slows a device down that has a share of a core', () => {
    const device = { cpuShare: 0.4, busyCores: 2 };
    expect(stepCost(choice, { ...at, device }).client).toBeCloseTo((0.03 * 2) / 0.4, 12);
    expect(stepCost(choice, { ...at, device }).server).toBe(stepCost(choice, at).server);
  });

  it('takes a smaller batch in proportion, and sends what it has', () => {
    const half = stepCost(choice, at, 5);
    expect(half.client).toBeCloseTo(0.015, 12);
    expect(half.bytesUp).toBe(44 + 8 + 1 + 5 + 4 * 5 * 256 * 2);
  });
});

describe('requests and tests', () => {
  it('send one sample without its label, and get logits', () => {
    const cost = requestCost(choice, at);
    expect(cost.bytesUp).toBe(44 + 8 + 1 + 4 * 256 * 2);
    expect(cost.bytesDown).toBe(28 + 4 * 10);
    expect(cost.client).toBeCloseTo(0.1 * 0.004 * 3, 12);
  });

  it('send a batch with labels, and get its score', () => {
    const cost = evaluationCost(choice, at);
    expect(cost.bytesUp).toBe(stepCost(choice, at).bytesUp);
    expect(cost.bytesDown).toBe(32);
  });
});

describe('crossing', () => {
  it('counts the frame of a message', () => {
    expect([10, 125].map((bytes) => wireBytes(bytes, 'down'))).toEqual([12, 127]);
    expect(wireBytes(126, 'up')).toBe(126 + 4 + 4);
    expect(wireBytes(70_000, 'up')).toBe(70_000 + 10 + 4);
  });

  it('has jitter and loss make a message later, never earlier than the round trip allows', () => {
    const calm = crossing(20_000, 'up', link);
    const jittery = crossing(20_000, 'up', { ...link, jitterMs: 8 });
    expect(jittery.transmission).toBe(calm.transmission);
    expect(jittery.delay).toBeGreaterThan(calm.delay);
    expect(jittery.delay).toBeLessThan(calm.delay + 0.004);
    const lossy = crossing(20_000, 'up', { ...link, loss: 0.05 });
    expect(lossy.transmission).toBeGreaterThan(calm.transmission);
    expect(lossy.delay).toBeGreaterThan(calm.delay);
    expect(lossy.delay).toBeLessThan(calm.delay + 0.02);
  });

  it('expects a short message to be as late as its jitter, half the time', () => {
    const { delay } = crossing(100, 'up', { ...link, jitterMs: 10 });
    expect(delay).toBeCloseTo(0.01, 4);
  });

  it('is never slower with a higher rate or a shorter way', () => {
    const rate = fc.double({ min: 0.1, max: 1000, noNaN: true });
    const rtt = fc.double({ min: 0, max: 500, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), rate, rate, rtt, rtt, (bytes, one, other, near, far) => {
        const [low, high] = [one, other].sort((a, b) => a - b);
        const [short, long] = [near, far].sort((a, b) => a - b);
        const all = (up: number, rttMs: number): number => {
          const { transmission, delay } = crossing(bytes, 'up', { ...link, up, rttMs });
          return transmission + delay;
        };
        expect(all(high, short)).toBeLessThanOrEqual(all(low, short) + 1e-12);
        expect(all(low, short)).toBeLessThanOrEqual(all(low, long) + 1e-12);
      }),
      { numRuns: 60 },
    );
  });
});

describe('planChoices', () => {
  const options: ChoiceOptions = {
    module,
    budgets: [1, 2],
    codecs: [same('float32'), same('float16')],
    goal: 'step',
    limits: {},
  };

  it('has every cut with every budget it has maps for, and codec', () => {
    const { choices } = planChoices(at, options);
    expect(choices).toHaveLength(7 * 3 * 2);
    expect(new Set(choices.map(({ layer }) => layer))).toEqual(new Set([0, 2, 3, 4, 5, 6, 7]));
    const none = planChoices(at, { ...options, module: null });
    expect(none.choices.map(({ budget }) => budget)).toEqual(Array(14).fill(null));
  });

  it('never sends more with fewer maps, at the same cut and in the same codec', () => {
    const { choices } = planChoices(at, options);
    for (const one of choices) {
      const more = choices.find(
        ({ layer, budget, codecUp }) => layer === one.layer && budget === 2 && codecUp === one.codecUp,
      )!;
      if (one.budget === 1) expect(one.step.bytesUp).toBeLessThan(more.step.bytesUp);
    }
  });

  it('marks the fastest, of all and of each budget', () => {
    const { choices, best, bestOfBudgets } = planChoices(at, options);
    const fastest = Math.min(...choices.map(({ step }) => step.seconds));
    expect(choices[best!].step.seconds).toBe(fastest);
    expect(choices[best!]).toMatchObject({ budget: 1, codecUp: 'float16' });
    expect(bestOfBudgets.map((place) => choices[place].budget)).toEqual([1, 2, null]);
  });

  it('cuts early for a fast link and late for a slow one', () => {
    const cutWith = (up: number): number => {
      const { choices, best } = planChoices({ ...at, link: { ...link, up, down: up } }, options);
      return choices[best!].layer;
    };
    expect(cutWith(10_000)).toBeLessThan(cutWith(0.05));
  });

  it('keeps the limits, and says where none can be kept', () => {
    const { choices, best } = planChoices(at, { ...options, limits: { bytes: 3000 } });
    expect(choices[best!].step.bytesUp + choices[best!].step.bytesDown).toBeLessThanOrEqual(3000);
    expect(choices.some(({ within }) => !within)).toBe(true);
    const [image] = choices;
    const memory = planChoices(at, { ...options, limits: { memoryBytes: image.memory.training } });
    expect(memory.choices[memory.best!].layer).toBe(0);
    expect(planChoices(at, { ...options, limits: { seconds: 0.001 } })).toMatchObject({
      best: null,
      bestOfBudgets: [],
    });
  });

  it('judges requests by their own time, bytes and memory', () => {
    const { choices, best } = planChoices(at, { ...options, goal: 'request', limits: { seconds: 0.03 } });
    expect(choices[best!].request.seconds).toBe(Math.min(...choices.map(({ request }) => request.seconds)));
    expect(choices[best!].within).toBe(true);
  });
});
