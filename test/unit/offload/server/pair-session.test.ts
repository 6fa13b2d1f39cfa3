import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../../../main/errors.ts';
import { decodeControl, encodeControl, type SessionRequest } from '../../../../main/offload/protocol/control.ts';
import { readHeader } from '../../../../main/offload/protocol/header.ts';
import { decodeLogits } from '../../../../main/offload/protocol/messages.ts';
import type { PairHalf, ServedSets } from '../../../../main/offload/server/pair-session.ts';
import { evaluateIn, inferIn, stepIn } from '../../../support/codecs.ts';
import { fakeHalf, serve, sessionRequest, stepRequest } from '../fake-half.ts';
import { hello, open, openSession } from '../raw-client.ts';

const sha256 = 'b'.repeat(64);
const pairRequest = (change: Partial<SessionRequest> = {}) =>
  sessionRequest({ purpose: 'infer', pair: { set: sha256, budget: 2 }, ...change });
const infer = (deadlineMs = 0) => inferIn('float32', { ...stepRequest(1), deadlineMs });

function setOf(half: PairHalf): ServedSets {
  return { list: [{ sha256, name: 'set', budgets: [2] }], open: () => half };
}

/** Answers when it is told to, with the logits 0, 1, 2, … of the order in which it was asked. */
function heldHalf() {
  const asked: { client: string; deadlineMs: number; answer: () => void }[] = [];
  const half: PairHalf = {
    check: () => undefined,
    infer: (client, { shape, deadlineMs }) =>
      new Promise((resolve, reject) => {
        const logits = new Float32Array(3 * shape[0]).fill(asked.length);
        const answered = { logits, batch: 7, waitSeconds: 0.25, serverSeconds: 0.5 };
        const answer = () =>
          deadlineMs === 1 ? reject(new SluiceError('deadline-missed', 'Late.')) : resolve(answered);
        asked.push({ client, deadlineMs, answer });
      }),
  };
  return { half, asked };
}

describe('a session with a pair', () => {
  it('is announced, and has its requests at work together, each answered when it is done', async () => {
    const { half, asked } = heldHalf();
    const server = await serve({ sets: setOf(half) });
    const client = await open(server);
    const { sets } = decodeControl('welcome', await client.exchange(hello()));
    expect(sets).toEqual([{ sha256, name: 'set', budgets: [2] }]);
    const request = pairRequest();
    expect(readHeader(await client.exchange(encodeControl('session', request))).type).toBe('ready');
    for (const number of [1, 2, 3]) client.send(infer(number - 1), number);
    await expect.poll(() => asked.length).toBe(3);
    expect(asked.map(({ client, deadlineMs }) => [client, deadlineMs])).toEqual(
      [0, 1, 2].map((ms) => [request.id, ms]),
    );
    asked[2].answer();
    const third = await client.receive();
    expect(readHeader(third).sequence).toBe(3);
    expect(decodeLogits(third)).toMatchObject({ batch: 7, waitSeconds: 0.25, serverSeconds: 0.5, shape: [2, 3] });
    expect(decodeLogits(third).logits[0]).toBe(2);
    asked[1].answer();
    expect(decodeControl('error', await client.receive())).toMatchObject({ code: 'deadline-missed' });
    asked[0].answer();
    expect(readHeader(await client.receive())).toEqual({ type: 'logits', sequence: 1 });
    expect(server.sessions()).toMatchObject([{ steps: 2, samples: 4 }]);
  });

  it('answers nothing else, and goes on', async () => {
    const { half, asked } = heldHalf();
    const client = await openSession(await serve({ sets: setOf(half) }), pairRequest());
    const others = [
      stepIn('float32', 'float32', stepRequest(1)),
      evaluateIn('float32', stepRequest(1)),
      encodeControl('reset', {}),
      encodeControl('checkpoint', { action: 'save', name: 'kept' }),
      encodeControl('steps', { source: 0, from: 0 }),
    ];
    for (const [i, message] of others.entries()) {
      const answer = decodeControl('error', await client.exchange(message, i + 1));
      expect(answer).toMatchObject({ code: 'session-read-only', path: 'pair' });
    }
    client.send(infer(), others.length + 1);
    await expect.poll(() => asked.length).toBe(1);
    asked[0].answer();
    expect(readHeader(await client.receive()).type).toBe('logits');
  });

  it('resumes with its answers, but not as that of another pair', async () => {
    const { half, asked } = heldHalf();
    const server = await serve({ sets: setOf(half) });
    const request = pairRequest();
    const first = await openSession(server, request);
    first.send(infer(), 1);
    await expect.poll(() => asked.length).toBe(1);
    first.socket.terminate();
    const second = await openSession(server, request);
    expect(second.ready).toEqual({ resumed: true, sequence: 1 });
    second.send(infer(), 1);
    asked[0].answer();
    expect(readHeader(await second.receive())).toEqual({ type: 'logits', sequence: 1 });
    expect(asked.length).toBe(1);

    const other = await open(server);
    await other.exchange(hello());
    const refused = await other.exchange(encodeControl('session', { ...request, pair: { set: sha256, budget: 4 } }));
    expect(decodeControl('error', refused)).toMatchObject({ code: 'session-mismatch', path: 'pair' });
  });

  it('is refused where no set is served, with the set that was asked for', async () => {
    const client = await open(await serve({ open: () => Promise.resolve(fakeHalf()) }));
    expect(decodeControl('welcome', await client.exchange(hello())).sets).toBeUndefined();
    const refused = decodeControl('error', await client.exchange(encodeControl('session', pairRequest())));
    expect(refused).toMatchObject({ code: 'set-other', path: 'pair.set' });
    expect(refused.message).toContain(sha256);
  });
});

it('an inference of any session that comes to its turn too late is not computed', async () => {
  let release: () => void = () => undefined;
  let computed = 0;
  const held = new Promise<void>((resolve) => (release = resolve));
  const half = {
    ...fakeHalf(),
    async infer() {
      computed++;
      await held;
      return new Float32Array(6);
    },
  };
  const client = await openSession(
    await serve({ open: () => Promise.resolve(half) }),
    sessionRequest({ purpose: 'infer' }),
  );
  client.send(infer(), 1);
  client.send(infer(1), 2);
  client.send(infer(600_000), 3);
  await expect.poll(() => computed).toBe(1);
  // Its deadline passes meanwhile.
  const late = performance.now() + 2;
  await expect.poll(() => performance.now() > late).toBe(true);
  release();
  const answers = [await client.receive(), await client.receive(), await client.receive()];
  expect(answers.map((answer) => readHeader(answer).type)).toEqual(['logits', 'error', 'logits']);
  expect(decodeControl('error', answers[1])).toMatchObject({ code: 'deadline-missed', path: 'deadline' });
  expect(computed).toBe(2);
});
