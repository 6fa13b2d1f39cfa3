import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../../../main/errors.ts';
import { connectOffload, type ClientEvent } from '../../../../main/offload/client/client.ts';
import { createMedium } from '../../../../main/offload/link/flow.ts';
import { startRelay } from '../../../../main/offload/link/relay.ts';
import { encodeControl } from '../../../../main/offload/protocol/control.ts';
import { readHeader } from '../../../../main/offload/protocol/header.ts';
import { random } from '../../../../main/random.ts';
import { closing } from '../../../support/closing.ts';
import { gradientIn, stepIn } from '../../../support/codecs.ts';
import { fakeHalf, serve, sessionRequest, stepRequest, token } from '../fake-half.ts';

const perfect = { up: 1e5, down: 1e5, rttMs: 0, jitterMs: 0, loss: 0 };
const step = (number: number) => stepIn('float32', 'float32', stepRequest(number));
const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

async function connect(url: string, events: ClientEvent[] = []) {
  const client = await connectOffload({
    server: { url, token },
    session: sessionRequest(),
    software: 'test',
    reconnectSeconds: 20,
    onEvent: (event) => events.push(event),
  });
  return closing(client);
}

/** A link to a server, whose connections can be cut. */
async function linkTo(url: string) {
  const { hostname: host, port } = new URL(url);
  const target = { host, port: Number(port) };
  const relay = closing(await startRelay({ target, link: perfect, medium: createMedium() }));
  return { ...relay, url: `ws://${relay.host}:${relay.port}` };
}

describe('a client with several requests in flight', () => {
  it('has each applied exactly once, in order, over a connection that keeps breaking', async () => {
    const half = fakeHalf(() => sleep(1));
    const server = await serve({ open: () => Promise.resolve(half), limits: { inFlight: 5 } });
    const link = await linkTo(server.url);
    const events: ClientEvent[] = [];
    const client = await connect(link.url, events);
    const source = random(8, 'cuts');
    const cuts = setInterval(() => {
      if (source.uniform() < 0.5) link.cut();
    }, 10);
    let next = 1;
    /** Asks for one after another, like every other of its kind. */
    async function ask(): Promise<void> {
      for (let number = next++; number <= 60; number = next++) {
        const answer = await client.request(step(number));
        expect(gradientIn('float32', answer, stepRequest(1)).gradient[0]).toBe(-number);
      }
    }
    try {
      await Promise.all(upTo(8).map(ask));
    } finally {
      clearInterval(cuts);
    }
    expect(half.steps).toEqual(upTo(60));
    expect(events.filter(({ kind }) => kind === 'reconnected').length).toBeGreaterThan(2);
  });

  it('sends no more before their answers than the server allows', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const half = fakeHalf(() => held);
    const server = await serve({ open: () => Promise.resolve(half), limits: { inFlight: 3 } });
    const client = await connect(server.url);
    const before = client.traffic().messages.sent;
    const asked = upTo(10).map((number) => client.request(step(number)));
    await sleep(50);
    expect(client.traffic().messages.sent - before).toBe(3 * step(1).length);
    release();
    const answers = await Promise.all(asked);
    expect(answers.map((answer) => readHeader(answer).sequence)).toEqual(upTo(10));
    expect(half.steps).toEqual(upTo(10));
  });

  it('goes on after one that the server could not do', async () => {
    const half = fakeHalf();
    half.resetOptimiser = () => Promise.reject(new SluiceError('diverged', 'It has.'));
    const client = await connect((await serve({ open: () => Promise.resolve(half) })).url);
    const [first, failed, last] = await Promise.allSettled([
      client.request(step(1)),
      client.request(encodeControl('reset', {})),
      client.request(step(2)),
    ]);
    expect([first.status, last.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(failed).toMatchObject({ status: 'rejected', reason: { code: 'diverged' } });
    expect(half.steps).toEqual([1, 2]);
  });

  it('gives all of them up when the server has forgotten the session', async () => {
    const half = fakeHalf(() => sleep(10_000));
    const first = await serve({ open: () => Promise.resolve(half) });
    const link = await linkTo(first.url);
    const client = await connect(link.url);
    const asked = upTo(3).map((number) => client.request(step(number)));
    const outcomes = Promise.allSettled(asked);
    await first.close();
    await serve({ port: Number(new URL(first.url).port) });
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'session-lost' } });
    }
    await expect(client.request(step(4))).rejects.toMatchObject({ code: 'session-lost' });
  });
});
