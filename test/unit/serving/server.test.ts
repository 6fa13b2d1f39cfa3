import { describe, expect, it } from 'vitest';
import { connectOffload } from '../../../main/offload/client/client.ts';
import type { SessionRequest } from '../../../main/offload/protocol/control.ts';
import { decodeLogits, type Features } from '../../../main/offload/protocol/messages.ts';
import { closing } from '../../support/closing.ts';
import { inferIn } from '../../support/codecs.ts';
import { digest, latch, nodesPair, pair, pairSession, serving, token, type FakeServing } from './served.ts';

/** One sample whose logits are (value, value + 1). */
function features(value: number): Features {
  return { maps: Float32Array.of(value, value + 1, 0, 0), shape: [1, 1, 2], total: 2, selection: null };
}

const message = (value: number, deadlineMs = 0) => inferIn('float32', { ...features(value), deadlineMs });

async function connect({ url }: FakeServing, session: SessionRequest = pairSession()) {
  return closing(await connectOffload({ server: { url, token }, session, software: 'test', connectSeconds: 2 }));
}

const logitsOf = (answer: Uint8Array) => [...decodeLogits(answer).logits];

function overHttp({ http }: FakeServing, value: number): Promise<Response> {
  const [a, b, c, d] = [value, 0, value + 1, 0];
  return fetch(`${http}/v2/models/tiny-2/infer`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}` },
    body: JSON.stringify({ inputs: [{ name: 'maps', shape: [1, 2, 1, 2], datatype: 'FP32', data: [a, b, c, d] }] }),
  });
}

describe('a server for inference', () => {
  it('computes what clients of both protocols ask at about the same time in one batch, and gives each its own', async () => {
    const { wait, open } = latch();
    const server = await serving({}, wait);
    const [one, two] = [await connect(server), await connect(server)];
    const first = one.request(message(0));
    await expect.poll(() => server.computed.length).toBe(1);
    const asked = [one.request(message(10)), two.request(message(20)), one.request(message(30))];
    const http = overHttp(server, 40);
    await expect.poll(() => server.stats().waiting).toBe(4);
    open();
    expect(logitsOf(await first)).toEqual([0, 1]);
    const answers = await Promise.all(asked);
    expect(answers.map(logitsOf)).toEqual([
      [10, 11],
      [20, 21],
      [30, 31],
    ]);
    expect(decodeLogits(answers[0]).batch).toBe(4);
    expect(await (await http).json()).toMatchObject({
      parameters: { batch_samples: 4 },
      outputs: [{ data: [40, 41] }],
    });
    expect(server.computed.map(({ shape }) => shape[0])).toEqual([1, 4]);
    expect(server.stats()).toMatchObject({ requests: 5, failures: 0, samples: 5, batches: 2, sessions: 2, waiting: 0 });
  });

  it('joins requests of a whole pair whose gates keep different nodes', async () => {
    const { wait, open } = latch();
    const server = await serving({}, wait);
    const session = pairSession({ pair: { set: digest, budget: 1 }, cut: nodesPair.cut });
    const client = await connect(server, session);
    const nodes = (kept: number[], mask: number[], values: number[]) =>
      client.request(
        inferIn('float32', {
          maps: Float32Array.from(values),
          shape: [1, 1, 1],
          total: 4,
          selection: { kept, mask: Float32Array.from(mask) },
        }),
      );
    const first = nodes([0], [1], [9]);
    await expect.poll(() => server.computed.length).toBe(1);
    const both = [nodes([0, 2], [2, 3], [1, 2]), nodes([2, 3], [0.5, 1], [4, 8])];
    await expect.poll(() => server.stats().waiting).toBe(2);
    open();
    await Promise.all([first, ...both]);
    expect(server.computed[1]).toMatchObject({
      maps: Float32Array.of(2, 6, 0, 0, 2, 8),
      shape: [2, 1, 1],
      selection: { kept: [0, 2, 3], mask: Float32Array.of(1, 1, 1) },
    });
  });

  it('refuses what is too late and what is too much, and the session goes on', async () => {
    const { wait, open } = latch();
    const server = await serving({ maxQueue: 8 }, wait);
    const client = await connect(server);
    const first = client.request(message(0));
    await expect.poll(() => server.computed.length).toBe(1);
    await expect(client.request(message(1, 2))).rejects.toMatchObject({ code: 'deadline-missed' });
    const waiting = Array.from({ length: 8 }, (_, i) => client.request(message(i)));
    await expect(client.request(message(9))).rejects.toMatchObject({ code: 'limit-queue' });
    open();
    await Promise.all([first, ...waiting]);
    expect(logitsOf(await client.request(message(5)))).toEqual([5, 6]);
    expect(server.stats()).toMatchObject({ requests: 10, failures: 2 });
  });

  it('refuses maps that are not those of the pair', async () => {
    const client = await connect(await serving());
    const wide = inferIn('float32', { ...features(1), maps: new Float32Array(6), shape: [1, 1, 3] });
    await expect(client.request(wide)).rejects.toMatchObject({ code: 'request-mismatch', path: 'maps' });
    const gated = { ...features(1), selection: { kept: [0, 1], mask: Float32Array.of(1, 1) } };
    await expect(client.request(inferIn('float32', gated))).rejects.toMatchObject({ path: 'gate' });
    expect(logitsOf(await client.request(message(3)))).toEqual([3, 4]);
  });

  it.each<[string, Partial<SessionRequest>, string]>([
    ['set-other', { pair: { set: 'e'.repeat(64), budget: 2 } }, digest],
    ['budget-missing', { pair: { set: digest, budget: 3 } }, 'has 2, 1'],
    ['pair-missing', { pair: undefined }, digest],
    ['session-mismatch', { model: { ...pair.model, classes: 3 } }, '"classes":2'],
    ['session-mismatch', { cut: nodesPair.cut }, '"maps":2'],
  ])('refuses a session with %s, naming both sides', async (code, change, words) => {
    const refused = connect(await serving(), pairSession(change));
    await expect(refused).rejects.toMatchObject({ code, message: expect.stringContaining(words) as string });
  });

  it('that drains is not ready, answers what it was asked, and takes nothing more', async () => {
    const { wait, open } = latch();
    const server = await serving({}, wait);
    const client = await connect(server);
    const asked = [client.request(message(1)), client.request(message(2))];
    const http = overHttp(server, 7);
    await expect.poll(() => server.stats().waiting).toBe(2);
    const health = async (what: string) => (await fetch(`${server.http}/v2/health/${what}`)).status;
    let drained = false;
    const draining = server.drain().then(() => (drained = true));
    expect([await health('live'), await health('ready')]).toEqual([200, 503]);
    await expect(client.request(message(3))).rejects.toMatchObject({ code: 'server-draining' });
    expect((await overHttp(server, 4)).status).toBe(503);
    expect(drained).toBe(false);
    open();
    expect((await Promise.all(asked)).map(logitsOf)).toEqual([
      [1, 2],
      [2, 3],
    ]);
    expect((await http).status).toBe(200);
    await draining;
  });
});
