import { setTimeout as sleep } from 'node:timers/promises';
import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import {
  connectOffload,
  type ClientEvent,
  type OffloadClient,
  type OffloadClientOptions,
} from '../../../../main/offload/client/client.ts';
import { decodeControl, encodeControl } from '../../../../main/offload/protocol/control.ts';
import { readHeader } from '../../../../main/offload/protocol/header.ts';
import { createMedium } from '../../../../main/offload/link/flow.ts';
import { startRelay } from '../../../../main/offload/link/relay.ts';
import { decodeState, encodeState } from '../../../../main/offload/protocol/state-part.ts';
import { random } from '../../../../main/random.ts';
import { certificate, expiredCertificate, key } from '../certificates.ts';
import { closing } from '../../../support/closing.ts';
import { availableCodecs } from '../../../../main/offload/codecs/table.ts';
import { gradientIn, stepIn, imagelessCodecs } from '../../../support/codecs.ts';
import { fakeHalf, serve, sessionRequest, stepRequest, token } from '../fake-half.ts';

const perfect = { up: 1e5, down: 1e5, rttMs: 0, jitterMs: 0, loss: 0 };

async function connect(url: string, change: Partial<OffloadClientOptions> = {}): Promise<OffloadClient> {
  const server = { url, token };
  return closing(
    await connectOffload({ server, session: sessionRequest(), software: 'test', connectSeconds: 0, ...change }),
  );
}

/** A link to a server, whose connections can be cut. */
async function linkTo(url: string) {
  const { hostname: host, port } = new URL(url);
  const relay = closing(
    await startRelay({ target: { host, port: Number(port) }, link: perfect, medium: createMedium() }),
  );
  return { ...relay, url: `ws://${relay.host}:${relay.port}` };
}

const step = (number: number) => stepIn('float32', 'float32', stepRequest(number));
const tls = { cert: certificate, key };

describe('a client', () => {
  it('is told what the server computes with', async () => {
    const { url } = await serve({ engine: 'cpu · Abacus, 10 beads' });
    expect((await connect(url)).engine).toBe('cpu · Abacus, 10 beads');
  });

  it('counts what it sent and received, as messages and on the wire', async () => {
    const { url } = await serve();
    const client = await connect(url);
    const before = client.traffic();
    const answers = [];
    for (let number = 1; number <= 50; number++) answers.push(await client.request(step(number)));
    const after = client.traffic();
    const sent = 50 * step(1).length;
    const received = answers.reduce((sum, { length }) => sum + length, 0);
    expect(after.messages.sent - before.messages.sent).toBe(sent);
    expect(after.messages.received - before.messages.received).toBe(received);
    // A frame of up to 125 bytes has a header of 2, and a mask of 4 on the way up.
    expect(after.wire.sent - before.wire.sent).toBe(sent + 50 * 6);
    expect(after.wire.received - before.wire.received).toBe(received + 50 * 2);
  });

  it('opens no session with a server that lacks one of its codecs, and names both lists', async () => {
    const events: string[] = [];
    const { url } = await serve({ onEvent: ({ kind }) => events.push(kind) });
    const codecs = [...imagelessCodecs.slice(0, 2), { name: 'wavelet', params: { bits: 3 } }];
    const refused = connectOffload({ server: { url, token }, session: sessionRequest({ codecs }), software: 'test' });
    await expect(refused).rejects.toMatchObject({ code: 'codec-unknown', path: 'codecs.2.name' });
    const [needed, had] = [codecs.map(({ name }) => name), availableCodecs()].map((names) => names.join(', '));
    await expect(refused).rejects.toThrow(`no codec "wavelet". The session needs ${needed}; the server has ${had}.`);
    expect(events).not.toContain('opened');
  });

  it('has every request applied exactly once over a connection that keeps breaking', async () => {
    const half = fakeHalf(() => sleep(1));
    const server = await serve({ open: () => Promise.resolve(half) });
    const link = await linkTo(server.url);
    const events: ClientEvent[] = [];
    const client = await connect(link.url, { reconnectSeconds: 20, onEvent: (event) => events.push(event) });
    const source = random(7, 'cuts');
    const cuts = setInterval(() => {
      if (source.uniform() < 0.5) link.cut();
    }, 20);
    try {
      for (let number = 1; number <= 120; number++) {
        const answer = gradientIn('float32', await client.request(step(number)), stepRequest(number));
        expect(answer.gradient[0]).toBe(-number);
      }
    } finally {
      clearInterval(cuts);
    }
    expect(half.steps).toEqual(Array.from({ length: 120 }, (_, i) => i + 1));
    expect(events.filter(({ kind }) => kind === 'reconnected').length).toBeGreaterThan(2);
  });

  it('says so when the server has forgotten the session, and goes on from a checkpoint in a new one', async () => {
    const first = await serve();
    const link = await linkTo(first.url);
    const session = sessionRequest();
    const client = await connect(link.url, { session, reconnectSeconds: 5 });
    for (const number of [1, 2, 3]) await client.request(step(number));
    await client.request(encodeControl('checkpoint', { action: 'save', name: 'step-3' }));
    const fetched = decodeState(
      await client.request(encodeControl('checkpoint', { action: 'fetch', name: 'step-3', offset: 0 })),
    );
    expect([...new Uint32Array(fetched.bytes.slice().buffer)]).toEqual([1, 2, 3]);
    const kept = Uint8Array.from(fetched.bytes);

    const half = fakeHalf();
    await first.close();
    await serve({ port: Number(new URL(first.url).port), open: () => Promise.resolve(half) });
    await expect(client.request(step(4))).rejects.toMatchObject({ code: 'session-lost' });

    const again = await connect(link.url, { session: { ...session, id: sessionRequest().id } });
    await again.request(encodeControl('checkpoint', { action: 'put', name: 'step-3', bytes: kept.length }));
    await again.request(encodeState({ offset: 0, total: kept.length, bytes: kept.subarray(0, 5) }));
    const done = await again.request(encodeState({ offset: 5, total: kept.length, bytes: kept.subarray(5) }));
    expect(decodeControl('done', done).bytes).toBe(kept.length);
    await again.request(encodeControl('checkpoint', { action: 'restore', name: 'step-3' }));
    await again.request(step(4));
    expect(half.steps).toEqual([1, 2, 3, 4]);
  });

  it('gives up when aborted, even while it waits for an answer', async () => {
    const server = await serve({
      open: () => Promise.resolve(fakeHalf(() => sleep(500))),
    });
    const controller = new AbortController();
    const client = await connect(server.url, { signal: controller.signal });
    const request = client.request(step(1));
    setTimeout(() => {
      controller.abort();
    }, 20);
    await expect(request).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('does not wait for ever for a server that says nothing to its bye', async () => {
    const limits = { messageBytes: 65536, idleSeconds: 1, inFlight: 1 };
    const codecs = imagelessCodecs.map(({ name }) => name);
    const welcome = encodeControl('welcome', { software: 'deaf', engine: 'cpu', models: ['fake'], codecs, limits });
    const server = closing(new WebSocketServer({ port: 0, host: '127.0.0.1' }));
    const heard: string[] = [];
    server.on('connection', (socket) =>
      socket.on('message', (data) => {
        const { type } = readHeader(data as Buffer);
        heard.push(type);
        if (type === 'hello') socket.send(welcome);
        if (type === 'session') socket.send(encodeControl('ready', { resumed: false, sequence: 0 }));
      }),
    );
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const client = await connect(`ws://127.0.0.1:${port}`, { farewellSeconds: 0.05 });
    await client.close({ done: true });
    expect(heard).toEqual(['hello', 'session', 'bye']);
  });

  it('waits for a server that is starting', async () => {
    const first = await serve();
    await first.close();
    const connecting = connect(first.url, { connectSeconds: 10 });
    await sleep(150);
    await serve({ port: Number(new URL(first.url).port) });
    expect((await connecting).resumed).toBe(false);
  });
});

describe('over TLS', () => {
  const fingerprint = new X509Certificate(certificate).fingerprint256;

  it('talks to a server it trusts, and counts the bytes of the wire', async () => {
    const { url } = await serve({ tls });
    for (const server of [
      { url, token, ca: certificate },
      { url, token, fingerprint },
      { url, token, fingerprint: fingerprint.replaceAll(':', '').toLowerCase() },
    ]) {
      const client = await connect(url, { server });
      const before = client.traffic();
      await client.request(step(1));
      const { wire } = client.traffic();
      expect(wire.sent - before.wire.sent).toBe(step(1).length + 6 + 22);
    }
  });

  it.each([
    ['fingerprint', { fingerprint }],
    ['ca', { ca: certificate }],
  ])('takes no %s where there is none to check', async (path, trust) => {
    const events: string[] = [];
    const { url } = await serve({ onEvent: ({ kind }) => events.push(kind) });
    await expect(connect(url, { server: { url, token, ...trust } })).rejects.toMatchObject({ code: 'bad-usage', path });
    expect(events).toEqual([]);
  });

  it('is wanted beyond this machine, unless that is spelt out', async () => {
    const { url } = await serve();
    const far = { url: 'ws://192.0.2.1:4450', token };
    await expect(connect(far.url, { server: far })).rejects.toMatchObject({ code: 'connect-insecure' });
    // Behind an emulated link, which is on this machine, the server is where its name says.
    const behind = { url, token, name: 'ws://192.0.2.1:4450' };
    await expect(connect(url, { server: behind })).rejects.toMatchObject({ code: 'connect-insecure' });
    await connect(url, { server: { ...behind, insecure: true } });
  });

  it.each([
    ['an unknown certificate', { cert: certificate, key }, {}, 'tls-untrusted'],
    ['another fingerprint', { cert: certificate, key }, { fingerprint: 'ab'.repeat(32) }, 'fingerprint-mismatch'],
    ['an expired certificate', { cert: expiredCertificate, key }, { ca: expiredCertificate }, 'tls-expired'],
    ['a server without TLS', null, {}, 'tls-failed'],
  ])('refuses %s at once', async (_, tlsOptions, trust, code) => {
    const { url } = await serve({ tls: tlsOptions });
    const server = { url: url.replace('ws:', 'wss:'), token, ...trust };
    await expect(connect(url, { server, connectSeconds: 60 })).rejects.toMatchObject({ code });
  });
});

describe('what cannot succeed ends at once, what may pass is tried again', () => {
  it.each([
    ['a wrong token', { token: 'wrong' }, 'auth-token'],
    ['no such host', { url: 'ws://no-such-host.invalid:1', insecure: true }, 'server-unknown'],
    ['no address', { url: 'localhost:8080' }, 'url-invalid'],
    ['an address with a fragment', { url: 'ws://localhost:8080/#here' }, 'url-invalid'],
  ])('%s', async (_, change, code) => {
    const { url } = await serve();
    const server = { url, token, ...change };
    await expect(connect(url, { server, connectSeconds: 60 })).rejects.toMatchObject({ code });
  });

  it('an address with a password, which is not repeated', async () => {
    for (const url of ['ws://me:secret@127.0.0.1:1', 'http://me:secret@127.0.0.1', 'ws://me:se/cr@et@:x']) {
      const refused = connect(url, { connectSeconds: 60 });
      await expect(refused, url).rejects.toMatchObject({ code: 'url-invalid' });
      await expect(refused, url).rejects.not.toThrow(/secret|cr@et/);
    }
  });

  it('another server', async () => {
    const other = createHttpServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    closing(other);
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(connect(`ws://127.0.0.1:${port}`, { connectSeconds: 60 })).rejects.toMatchObject({
      code: 'server-other',
    });
  });

  it.each(['ws', 'wss'])('an unreachable one, over %s', async (protocol) => {
    const events: ClientEvent[] = [];
    const connecting = connect(`${protocol}://127.0.0.1:1`, {
      connectSeconds: 0.5,
      onEvent: (event) => events.push(event),
    });
    await expect(connecting).rejects.toMatchObject({ code: 'server-unreachable' });
    expect(events.length).toBeGreaterThan(0);
  });

  it('one that wants TLS, with a hint', async () => {
    const { url } = await serve({ tls });
    await expect(connect(url.replace('wss:', 'ws:'))).rejects.toThrow('use wss://');
  });

  it('one that hangs up', async () => {
    const rude = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    closing(rude);
    await once(rude, 'listening');
    const { port } = rude.address() as { port: number };
    await expect(connect(`ws://127.0.0.1:${port}`)).rejects.toMatchObject({ code: 'server-unreachable' });
    await expect(connect(`wss://127.0.0.1:${port}`)).rejects.toMatchObject({ code: 'server-unreachable' });
  });

  it('a session taken over by another client', async () => {
    const { url } = await serve();
    const session = sessionRequest();
    const first = await connect(url, { session });
    const second = await connect(url, { session });
    expect(second.resumed).toBe(true);
    await expect(first.request(step(1))).rejects.toMatchObject({ code: 'connection-ended' });
    await second.request(step(1));
  });
});
