import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../../main/errors.ts';
import { createBatcher, type BatchLimits, type Computed } from '../../../main/serving/batcher.ts';
import { fakeClock } from '../../support/fake-clock.ts';

interface Batch {
  readonly at: number;
  readonly pair: string;
  readonly requests: readonly string[];
}

/** A batcher whose computer takes `takesMs` for a batch, and answers each request with its name. */
function batcherWith({
  takesMs = 10,
  fails = () => false,
  ...limits
}: Partial<BatchLimits> & { takesMs?: number; fails?: (name: string) => boolean } = {}) {
  const clock = fakeClock();
  const batches: Batch[] = [];
  const batcher = createBatcher<string, string>({
    maxBatch: 4,
    maxWaitMs: 5,
    maxQueue: 100,
    ...limits,
    clock,
    compute(pair, requests) {
      batches.push({ at: clock.now(), pair, requests });
      return new Promise((resolve, reject) =>
        clock.at(clock.now() + takesMs, () =>
          requests.some(fails) ? reject(new Error(`${pair} is broken`)) : resolve(requests.map((name) => `${name}!`)),
        ),
      );
    },
  });
  const outcomes = new Map<string, Computed<string> | string>();
  function ask(
    name: string,
    change: { pair?: string; client?: string; samples?: number; deadlineMs?: number; gone?: () => boolean } = {},
  ): void {
    const asked = { pair: 'p', client: 'c', samples: 1, deadlineMs: 0, request: name, ...change };
    batcher.ask(asked).then(
      (computed) => outcomes.set(name, computed),
      (error: unknown) => outcomes.set(name, error instanceof SluiceError ? error.code : String(error)),
    );
  }
  const left = () => batches.map(({ at, requests }) => `${at}: ${requests.join(' ')}`);
  return { clock, batcher, batches, outcomes, ask, left };
}

describe('a batch', () => {
  it('leaves when its first request has waited long enough, with what is there by then', async () => {
    const { clock, ask, left, outcomes } = batcherWith();
    ask('a');
    await clock.pass(4);
    ask('b');
    await clock.pass(0.5);
    expect(left()).toEqual([]);
    await clock.pass(20);
    expect(left()).toEqual(['5: a b']);
    expect(outcomes.get('a')).toEqual({ answer: 'a!', waitSeconds: 0.005, serverSeconds: 0.01, batch: 2 });
    expect(outcomes.get('b')).toEqual({ answer: 'b!', waitSeconds: 0.001, serverSeconds: 0.01, batch: 2 });
  });

  it('leaves at once when it is full, and no larger', async () => {
    const { clock, ask, left } = batcherWith();
    for (const name of ['a', 'b', 'c']) ask(name);
    expect(left()).toEqual([]);
    ask('d');
    expect(left()).toEqual(['0: a b c d']);
    ask('e');
    await clock.pass(30);
    expect(left()).toEqual(['0: a b c d', '10: e']);
  });

  it('leaves without a wait where none is wanted; what comes meanwhile goes together', async () => {
    const { clock, ask, left } = batcherWith({ maxWaitMs: 0 });
    ask('a');
    await clock.pass(1);
    ask('b');
    ask('c');
    await clock.pass(30);
    expect(left()).toEqual(['0: a', '10: b c']);
  });

  it('waits no longer than half of a deadline in it', async () => {
    const { clock, ask, left } = batcherWith({ maxWaitMs: 50 });
    ask('a');
    await clock.pass(1);
    ask('b', { deadlineMs: 8 });
    await clock.pass(60);
    expect(left()).toEqual(['5: a b']);
  });

  it('is of one pair, that with the oldest request first', async () => {
    const { clock, ask, batches } = batcherWith({ maxWaitMs: 0 });
    ask('a', { pair: 'x' });
    await clock.pass(1);
    ask('b', { pair: 'y' });
    ask('c', { pair: 'z' });
    ask('d', { pair: 'y' });
    await clock.pass(60);
    expect(batches.map(({ pair, requests }) => [pair, requests])).toEqual([
      ['x', ['a']],
      ['y', ['b', 'd']],
      ['z', ['c']],
    ]);
  });

  it('counts samples, and leaves out what does not fit with all of its client behind it', async () => {
    const { clock, ask, left, outcomes } = batcherWith();
    ask('0', { samples: 4 });
    ask('a', { samples: 2 });
    ask('b', { samples: 3 });
    ask('c', { samples: 1 });
    ask('d', { samples: 1, client: 'other' });
    await clock.pass(60);
    expect(left()).toEqual(['0: 0', '10: a d', '20: b c']);
    expect(outcomes.get('c')).toMatchObject({ batch: 4 });
  });

  it('takes of all clients in turn', async () => {
    const { clock, ask, left } = batcherWith({ maxWaitMs: 0 });
    ask('0');
    for (const name of ['a', 'b', 'c', 'd', 'e']) ask(name, { client: 'greedy' });
    ask('x', { client: 'modest' });
    ask('y', { client: 'modest' });
    await clock.pass(60);
    expect(left()).toEqual(['0: 0', '10: a x b y', '20: c d e']);
  });

  it('that fails is told to all in it, and the next is computed', async () => {
    const { clock, ask, outcomes } = batcherWith({ fails: (name) => name === 'bad' });
    for (const name of ['a', 'bad', 'b', 'c', 'd']) ask(name);
    await clock.pass(60);
    expect([...outcomes.values()].slice(0, 4)).toEqual(new Array(4).fill('Error: p is broken'));
    expect(outcomes.get('d')).toMatchObject({ answer: 'd!' });
  });
});

describe('a deadline', () => {
  it('that passes is told when it does, while another batch is computed', async () => {
    const { clock, ask, left, outcomes } = batcherWith({ maxWaitMs: 0 });
    ask('a');
    await clock.pass(1);
    ask('late', { deadlineMs: 5 });
    ask('early', { deadlineMs: 10 });
    await clock.pass(4.9);
    expect(outcomes.has('late')).toBe(false);
    await clock.pass(0.2);
    expect(outcomes.get('late')).toBe('deadline-missed');
    await clock.pass(60);
    expect(left()).toEqual(['0: a', '10: early']);
  });
});

describe('the queue', () => {
  it('takes as many samples as it may, and refuses the next', async () => {
    const { clock, batcher, ask, outcomes } = batcherWith({ maxQueue: 5, maxBatch: 3 });
    ask('0', { samples: 3 });
    ask('a', { samples: 3 });
    ask('b', { samples: 2 });
    ask('c', { samples: 1 });
    await clock.pass(0);
    expect(batcher.waiting()).toBe(5);
    expect([...outcomes]).toEqual([['c', 'limit-queue']]);
    await clock.pass(60);
    expect(outcomes.get('b')).toMatchObject({ answer: 'b!' });
  });

  it('is not one client’s: of the one with the most the last requests give way', async () => {
    const { clock, ask, outcomes } = batcherWith({ maxQueue: 4, maxWaitMs: 0 });
    ask('0');
    for (const name of ['a', 'b', 'c', 'd']) ask(name, { client: 'greedy' });
    ask('x', { client: 'modest' });
    ask('y', { client: 'modest' });
    ask('z', { client: 'modest' });
    await clock.pass(0);
    expect([...outcomes].sort()).toEqual([
      ['c', 'limit-queue'],
      ['d', 'limit-queue'],
      ['z', 'limit-queue'],
    ]);
  });

  it('has no place for what no batch holds, nor for who has gone', async () => {
    const { clock, ask, left, outcomes } = batcherWith({ maxWaitMs: 0 });
    let gone = false;
    ask('0');
    ask('large', { samples: 5 });
    ask('a', { gone: () => gone });
    ask('b');
    gone = true;
    await clock.pass(60);
    expect(outcomes.get('large')).toBe('limit-batch');
    expect(outcomes.get('a')).toBe('client-gone');
    expect(left()).toEqual(['0: 0', '10: b']);
  });

  it('that is drained answers what it has, and takes no more', async () => {
    const { clock, batcher, ask, outcomes } = batcherWith();
    for (const name of ['a', 'b', 'c', 'd', 'e']) ask(name);
    let drained = false;
    void batcher.drain().then(() => (drained = true));
    ask('f');
    await clock.pass(19);
    expect(outcomes.get('f')).toBe('server-draining');
    expect([outcomes.has('e'), drained]).toEqual([false, false]);
    await clock.pass(20);
    expect(outcomes.get('e')).toMatchObject({ answer: 'e!' });
    expect(drained).toBe(true);
  });
});

const request = fc.record({
  after: fc.integer({ min: 0, max: 12 }),
  pair: fc.constantFrom('p', 'q'),
  client: fc.constantFrom('a', 'b', 'c'),
  samples: fc.integer({ min: 1, max: 4 }),
  deadlineMs: fc.constantFrom(0, 0, 3, 25),
});

it('nothing is lost, nothing computed twice, nothing too large or too late, and each client’s order is kept', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(request, { maxLength: 30 }),
      fc.integer({ min: 0, max: 6 }),
      async (requests, maxWaitMs) => {
        const { clock, batcher, batches, outcomes, ask } = batcherWith({ maxWaitMs, maxQueue: 12, takesMs: 7 });
        const asked = new Map<string, (typeof requests)[number] & { at: number }>();
        for (const [i, each] of requests.entries()) {
          await clock.pass(each.after);
          asked.set(String(i), { ...each, at: clock.now() });
          ask(String(i), each);
          expect(batcher.waiting()).toBeLessThanOrEqual(12);
        }
        await clock.pass(1000);
        expect(outcomes.size).toBe(requests.length);
        const computed = batches.flatMap(({ requests: names }) => names);
        expect(new Set(computed).size).toBe(computed.length);
        for (const [name, outcome] of outcomes) {
          if (typeof outcome === 'string') expect(['limit-queue', 'deadline-missed']).toContain(outcome);
          else expect(outcome.answer).toBe(`${name}!`);
          expect(computed.includes(name)).toBe(typeof outcome !== 'string');
        }
        for (const { at, pair, requests: names } of batches) {
          const members = names.map((name) => asked.get(name)!);
          expect(members.reduce((sum, { samples }) => sum + samples, 0)).toBeLessThanOrEqual(4);
          for (const member of members) {
            expect(member.pair).toBe(pair);
            if (member.deadlineMs > 0) expect(at - member.at).toBeLessThan(member.deadlineMs);
          }
        }
        for (const client of ['a', 'b', 'c']) {
          for (const pair of ['p', 'q']) {
            const own = computed.filter((name) => asked.get(name)!.client === client && asked.get(name)!.pair === pair);
            expect(own).toEqual([...own].sort((a, b) => Number(a) - Number(b)));
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});
