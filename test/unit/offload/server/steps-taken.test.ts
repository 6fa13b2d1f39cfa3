import { describe, expect, it } from 'vitest';
import { decodeControl, encodeControl, type SessionRequest } from '../../../../main/offload/protocol/control.ts';
import { createStepsTaken } from '../../../../main/offload/server/steps-taken.ts';
import { stepIn } from '../../../support/codecs.ts';
import { fakeHalf, serve, sessionRequest, stepRequest } from '../fake-half.ts';
import { openSession } from '../raw-client.ts';

const step = (number: number) => stepIn('float16', 'float32', stepRequest(number));
const save = encodeControl('checkpoint', { action: 'save', name: 'now' });
const askFor = (source: number, from: number) => encodeControl('steps', { source, from });

const source = (index: number, serverHalf: 'own' | 'shared' | 'gathered' = 'shared'): SessionRequest =>
  sessionRequest({ source: { run: 'run-of-many-sources', index, count: 3, serverHalf } });

/** Opens when it is told to. */
function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

describe('a half that several sources train', () => {
  it('knows what it took from each of them, and says with its state up to where', async () => {
    const server = await serve();
    const [first, second] = [await openSession(server, source(0)), await openSession(server, source(2))];
    const [up, down] = [step(5).length, (await second.exchange(step(5), 1)).length];
    await second.exchange(step(6), 2);
    // Nobody hears its answer any more.
    second.socket.terminate();
    await second.closed;
    expect(decodeControl('done', await first.exchange(save, 1)).taken).toEqual([null, null, 7]);
    const { total, steps } = decodeControl('taken', await first.exchange(askFor(2, 6), 2));
    expect(total).toBe(2);
    expect(steps).toEqual([
      {
        step: 6,
        budget: 2,
        learningRate: 0.1,
        samples: 2,
        crossEntropy: 1,
        correct: 1,
        bytesUp: up,
        bytesDown: down,
        serverSeconds: expect.any(Number) as number,
        waitSeconds: expect.any(Number) as number,
      },
    ]);
  });

  it.each(['shared', 'gathered'] as const)(
    'tells a source that comes again of a step still under way (%s)',
    async (kind) => {
      const [begun, opened] = [gate(), gate()];
      const half = fakeHalf(() => {
        begun.open();
        return opened.passed;
      });
      const server = await serve({ open: () => Promise.resolve(half), limits: { gatherMs: 1e6 } });
      const first = await openSession(server, source(0, kind));
      const before = await openSession(server, source(1, kind));
      before.send(step(3), 1);
      if (kind === 'gathered') first.send(step(3), 1);
      await begun.passed;
      const again = await openSession(server, source(1, kind));
      const asked = again.exchange(askFor(1, 3), 1);
      opened.open();
      expect(decodeControl('taken', await asked).steps.map((taken) => taken.step)).toEqual([3]);
    },
  );

  it('forgets nothing of it when a source joins again, and all of it with its last source', async () => {
    const server = await serve();
    const first = await openSession(server, source(0));
    await first.exchange(step(0), 1);
    const second = await openSession(server, source(1));
    const { half, ...known } = decodeControl('taken', await second.exchange(askFor(1, 0), 1));
    expect(known).toEqual({ total: 1, steps: [] });
    for (const { socket } of [first, second]) socket.send(encodeControl('bye', {}));
    await Promise.all([first.closed, second.closed]);
    const anew = await openSession(server, source(0));
    const fresh = decodeControl('taken', await anew.exchange(askFor(0, 0), 1));
    expect(fresh.half).not.toBe(half);
    expect(fresh).toMatchObject({ total: 0, steps: [] });
  });
});

it('a half of one source says nothing of steps with its state', async () => {
  const client = await openSession(await serve(), source(0, 'own'));
  await client.exchange(step(0), 1);
  expect(decodeControl('done', await client.exchange(save, 2)).taken).toBeUndefined();
});

describe('what is known of the steps of a half', () => {
  const answer = { loss: 0.5, correct: 1, gradient: new Float32Array(0) };
  const take = (taken: ReturnType<typeof createStepsTaken>, number: number, from = 0): void => {
    const request = stepRequest(number);
    taken.asked(from, request, 100);
    taken.took(request, answer);
  };

  it('counts only those that were taken', () => {
    const taken = createStepsTaken();
    taken.asked(0, stepRequest(0), 100);
    expect(taken.reached()).toEqual([]);
    expect(taken.of(0, 0)).toMatchObject({ total: 0, steps: [] });
  });

  it('is what the last one of a number was', () => {
    const taken = createStepsTaken();
    for (const number of [0, 1, 2, 1]) take(taken, number);
    expect(taken.reached()).toEqual([2]);
    expect(taken.of(0, 0).steps.map((each) => each.step)).toEqual([0, 1]);
    expect(taken.of(0, 0).total).toBe(4);
  });

  it('is the last 1,024 of each source, told 128 at a time', () => {
    const taken = createStepsTaken();
    for (let number = 0; number < 1100; number++) take(taken, number, 1);
    take(taken, 0);
    expect(taken.reached()).toEqual([1, 1100]);
    expect(taken.of(1, 0).steps.map((each) => each.step)).toEqual(Array.from({ length: 128 }, (_, i) => 76 + i));
    expect(taken.of(1, 1099).steps).toHaveLength(1);
  });
});
