import { describe, expect, test } from 'vitest';
import { byAccuracy, type Candidate, type Target } from '../../../main/inference/candidate.ts';
import { inferenceController, type Choice, type InferenceController } from '../../../main/inference/controller.ts';

/** A pair at the server that sends so many bytes. */
function pair(budget: number | null, accuracy: number, bytesUp: number, codec = 'int8'): Candidate {
  return {
    place: 'server',
    budget,
    codec: { name: codec, params: {} },
    accuracy,
    bytesUp,
    bytesDown: 64,
    clientMultiplyAdds: 2e6,
    serverMultiplyAdds: 20e6,
  };
}

const full = pair(null, 0.9, 8000);
const half = pair(16, 0.85, 1000);
const least = pair(1, 0.6, 100);
const here: Candidate = { ...full, place: 'client', codec: null, bytesUp: 0, bytesDown: 0, clientMultiplyAdds: 300e6 };

interface World {
  readonly controller: InferenceController;
  /** The link from now on: seconds, bytes per second; null: nothing passes. */
  set(link: { readonly rtt: number; readonly up: number } | null): void;
  pass(seconds: number): void;
  /** One request after the other, with what the controller wants tried; the choices in order. */
  run(requests: number): Choice[];
}

/** Requests one at a time, ten a second, over a link without chance. 2 ms at the client, 1 ms at the server, 250 ms all here. */
function world(target: Target, candidates: readonly Candidate[] = [full, half, least]): World {
  let now = 0;
  let link: { rtt: number; up: number } | null = { rtt: 0.02, up: 1e6 };
  const controller = inferenceController({ candidates, target, clock: () => now });

  function request(candidate: Candidate): void {
    const underway = controller.begin(candidate);
    if (candidate.place === 'client') {
      now += 0.25;
      underway.answered(0.25);
      return;
    }
    now += 0.002;
    underway.sent(0.002);
    now += link ? link.rtt + candidate.bytesUp / link.up + 0.001 : 1;
    if (link) underway.answered(0.001);
    else underway.lost();
  }

  return {
    controller,
    set: (next) => (link = next),
    pass: (seconds) => (now += seconds),
    run: (requests) =>
      Array.from({ length: requests }, () => {
        const start = now;
        const choice = controller.decide();
        request(choice.candidate);
        const tried = controller.probe();
        if (tried) request(tried);
        now = Math.max(now, start + 0.1);
        return choice;
      }),
  };
}

const budgets = (choices: readonly Choice[]): (number | null)[] => choices.map(({ candidate }) => candidate.budget);

describe('the choice', () => {
  test('is the most accurate pair that the link lets be in time', () => {
    const { run, set } = world({ latencyP95: 0.1 });
    expect(run(20).at(-1)).toMatchObject({ candidate: full, meets: true });
    // 8,000 bytes take 160 ms, 1,000 take 20.
    set({ rtt: 0.02, up: 50_000 });
    run(10);
    expect(new Set(budgets(run(20)))).toEqual(new Set([16]));
    // 100 bytes take 50 ms.
    set({ rtt: 0.02, up: 2_000 });
    run(10);
    expect(new Set(budgets(run(20)))).toEqual(new Set([1]));
  });

  test('falls at the first request that is late, and rises again when the link recovers', () => {
    const { run, set } = world({ latencyP95: 0.1 });
    run(20);
    set({ rtt: 0.02, up: 50_000 });
    expect(budgets(run(3))).toEqual([null, expect.any(Number), expect.any(Number)]);
    run(50);
    set({ rtt: 0.02, up: 1e6 });
    // Nothing but what it tries itself tells that 8,000 bytes pass quickly again.
    expect(budgets(run(40)).at(-1)).toBeNull();
  });

  test('does not flap where a pair is at the very edge of the target', () => {
    const { run, set } = world({ latencyP95: 0.1 });
    // The full budget takes 99 ms: within the target, without the headroom that coming back to it needs.
    set({ rtt: 0.02, up: 8000 / 0.076 });
    run(60);
    const settled = budgets(run(200));
    const changes = settled.filter((budget, i) => i > 0 && budget !== settled[i - 1]).length;
    expect(changes).toBeLessThanOrEqual(4);
  });

  test('is the fastest, and says so, where nothing is in time', () => {
    const { run, set } = world({ latencyP95: 0.05 });
    set({ rtt: 0.2, up: 20_000 });
    run(20);
    for (const choice of run(20)) expect(choice).toMatchObject({ candidate: least, meets: false });
  });

  test('without a target is the most accurate', () => {
    const { run, set } = world({});
    set({ rtt: 0.6, up: 1000 });
    for (const choice of run(5)) expect(choice).toMatchObject({ candidate: full, meets: true });
  });

  test('keeps to the bytes of a request and its answer, both limits together too', () => {
    expect(budgets(world({ maxBytes: 1064 }).run(10))).toEqual(Array(10).fill(16));
    expect(budgets(world({ maxBytes: 1063 }).run(10))).toEqual(Array(10).fill(1));
    const { run, set } = world({ maxBytes: 1064, latencyP95: 0.1 });
    set({ rtt: 0.02, up: 10_000 });
    run(10);
    expect(budgets(run(10))).toEqual(Array(10).fill(1));
  });

  test('says so where no pair has so few bytes, and takes the one with the fewest', () => {
    for (const choice of world({ maxBytes: 100 }).run(5))
      expect(choice).toMatchObject({ candidate: least, meets: false });
    for (const choice of world({ maxBytes: 100 }, [full, here]).run(5)) {
      expect(choice).toMatchObject({ candidate: here, meets: true });
    }
  });
});

describe('the network here', () => {
  test('answers while the server is lost, and the server is asked until it is back', () => {
    const { run, set, controller } = world({ latencyP95: 0.1 }, [full, half, least, here]);
    expect(run(20).at(-1)?.candidate).toBe(full);
    set(null);
    run(1);
    expect(controller.reachable()).toBe(false);
    for (const choice of run(10)) expect(choice).toMatchObject({ candidate: here, meets: false });
    set({ rtt: 0.02, up: 1e6 });
    expect(run(30).at(-1)).toMatchObject({ candidate: full, meets: true });
    expect(controller.reachable()).toBe(true);
  });

  test('is chosen where it is in time and no pair at the server is that is as accurate', () => {
    const { run, set, controller } = world({ latencyP95: 0.35 }, [full, half, here]);
    for (let i = 0; i < 3; i++) controller.measured(here, 0.25);
    expect(run(20).at(-1)?.candidate).toBe(full);
    // 8,000 bytes take 400 ms.
    set({ rtt: 0.02, up: 20_000 });
    run(20);
    expect(run(10).every(({ candidate, meets }) => candidate === here && meets)).toBe(true);
  });
});

describe('what is learned', () => {
  test('is the round trip and the rate, from requests of two sizes', () => {
    const { controller, set, pass } = world({ latencyP95: 0.1 });
    set({ rtt: 0.05, up: 250_000 });
    let now = 0;
    const own = inferenceController({ candidates: [full, least], target: {}, clock: () => now });
    for (let i = 0; i < 40; i++) {
      const candidate = i % 2 ? full : least;
      const underway = own.begin(candidate);
      underway.sent(0.002);
      now += 0.05 + candidate.bytesUp / 250_000 + 0.001;
      underway.answered(0.001);
      now += 0.1;
    }
    const { roundTrip, up } = own.link();
    expect(roundTrip).toBeCloseTo(0.05, 3);
    expect(up / 250_000).toBeCloseTo(1, 1);
    pass(1);
    expect(controller.reachable()).toBe(true);
  });

  test('holds for requests that wait behind one another: their time is that of the way alone', () => {
    let now = 0;
    const own = inferenceController({ candidates: [full, least], target: {}, clock: () => now });
    // Each of a pair takes 32 ms on the way up; both leave at once, the second waits for the first.
    for (let i = 0; i < 30; i++) {
      const [first, second] = [own.begin(full), own.begin(full)];
      first.sent(0);
      second.sent(0);
      now += 0.032 + 0.03;
      first.answered(0);
      now += 0.032;
      second.answered(0);
      const small = own.begin(least);
      small.sent(0);
      now += 0.03 + 100 / 250_000;
      small.answered(0);
      now += 0.1;
    }
    expect(own.link().roundTrip).toBeCloseTo(0.03, 2);
    expect(own.link().up / 250_000).toBeCloseTo(1, 1);
  });

  test('is that a request is late before its answer comes', () => {
    let now = 0;
    const own = inferenceController({ candidates: [full, least], target: { latencyP95: 0.1 }, clock: () => now });
    for (let i = 0; i < 20; i++) {
      const underway = own.begin(full);
      underway.sent(0.001);
      now += 0.03;
      underway.answered(0.001);
      now += 0.05;
    }
    expect(own.decide().candidate).toBe(full);
    own.begin(full).sent(0.001);
    now += 0.09;
    expect(own.decide().candidate).toBe(least);
  });
});

test('of pairs that are as accurate, only the one that sends least is ever worth choosing', () => {
  const wide = pair(null, 0.9, 32_000, 'float32');
  const slower = pair(8, 0.84, 4000);
  expect(byAccuracy([wide, least, full, slower, half])).toEqual([full, half, least]);
  expect(byAccuracy([here, wide])).toEqual([wide, here]);
});

test('there is something to choose from', () => {
  expect(() => inferenceController({ candidates: [], target: {}, clock: () => 0 })).toThrow('no candidate');
});
