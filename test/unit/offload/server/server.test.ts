import { connect as connectTcp } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { decodeControl, encodeControl } from '../../../../main/offload/protocol/control.ts';
import { readHeader } from '../../../../main/offload/protocol/header.ts';
import { SluiceError } from '../../../../main/errors.ts';
import { evaluateIn, gradientIn, stepIn } from '../../../support/codecs.ts';
import { fakeHalf, serve, sessionRequest, stepRequest } from '../fake-half.ts';
import { hello, open, openSession } from '../raw-client.ts';

const step = (number: number) => stepIn('float16', 'float32', stepRequest(number));
const codeOf = (message: Uint8Array) => decodeControl('error', message).code;

describe('a session', () => {
  it('answers each request under its number', async () => {
    const half = fakeHalf();
    const client = await openSession(await serve({ open: () => Promise.resolve(half) }));
    expect(client.ready).toEqual({ resumed: false, sequence: 0 });
    for (const number of [1, 2, 3]) {
      const answer = await client.exchange(step(number), number);
      expect(readHeader(answer)).toEqual({ type: 'gradient', sequence: number });
      expect(gradientIn('float32', answer, stepRequest(number)).gradient[0]).toBeCloseTo(-number, 2);
    }
    expect(half.steps).toEqual([1, 2, 3]);
  });

  it('applies a resent request once and answers it as before', async () => {
    const half = fakeHalf();
    const client = await openSession(await serve({ open: () => Promise.resolve(half) }));
    const first = await client.exchange(step(1), 1);
    expect(await client.exchange(step(1), 1)).toEqual(first);
    expect(half.steps).toEqual([1]);
  });

  it.each([
    ['ahead', step(2), 3, 'sequence-wrong'],
    ['behind', step(2), 0xffffffff, 'sequence-wrong'],
    ['used for another', step(2), 1, 'sequence-reused'],
  ])('refuses a number that is %s', async (_, message, sequence, code) => {
    const client = await openSession(await serve());
    await client.exchange(step(1), 1);
    expect(codeOf(await client.exchange(message, sequence))).toBe(code);
    expect(await client.closed).toBe(4400);
  });

  it('stays open after a request that fails', async () => {
    const half = fakeHalf();
    half.evaluate = () => Promise.reject(new SluiceError('diverged', 'It has.'));
    half.resetOptimiser = () => Promise.reject(new TypeError('A bug.'));
    const client = await openSession(await serve({ open: () => Promise.resolve(half) }));
    const missing = encodeControl('checkpoint', { action: 'restore', name: 'none' });
    expect(codeOf(await client.exchange(missing, 1))).toBe('checkpoint-unknown');
    expect(codeOf(await client.exchange(encodeControl('reset', {}), 2))).toBe('server-failed');
    expect(readHeader(await client.exchange(step(1), 3)).type).toBe('gradient');
  });

  it('is handed over to a new connection', async () => {
    const server = await serve();
    const request = sessionRequest();
    const first = await openSession(server, request);
    await first.exchange(step(1), 1);
    const second = await openSession(server, request);
    expect(second.ready).toEqual({ resumed: true, sequence: 1 });
    expect(await first.closed).toBe(4409);
    expect(readHeader(await second.exchange(step(2), 2)).type).toBe('gradient');
  });

  it('cannot be resumed as another', async () => {
    const server = await serve();
    const request = sessionRequest();
    await openSession(server, request);
    const client = await open(server);
    await client.exchange(hello());
    expect(codeOf(await client.exchange(encodeControl('session', { ...request, seed: 2 })))).toBe('session-mismatch');
  });

  it.each([
    ['another run', { run: 'run-of-somebody-else' }],
    ['another source of its run', { index: 1 }],
    ['one of more sources', { count: 3 }],
  ])('cannot be resumed as that of %s', async (_, change) => {
    const server = await serve();
    const request = sessionRequest({ source: { run: 'run-of-this-session', index: 0, count: 2, serverHalf: 'own' } });
    await openSession(server, request);
    const client = await open(server);
    await client.exchange(hello());
    const other = { ...request, source: { ...request.source, ...change } };
    const error = decodeControl('error', await client.exchange(encodeControl('session', other)));
    expect(error).toMatchObject({ code: 'session-mismatch', path: 'source' });
  });

  it('gives its place up when its client has vanished and another comes, the longest vanished first', async () => {
    const server = await serve({ limits: { sessions: 2, returnSeconds: 0 } });
    const requests = [sessionRequest(), sessionRequest()];
    for (const request of requests) {
      const { socket, closed } = await openSession(server, request);
      socket.terminate();
      await closed;
      await expect.poll(() => server.connections()).toBe(0);
    }
    await openSession(server);
    const ids = server.sessions().map(({ request: { id } }) => id);
    expect(ids).toContain(requests[1].id);
    expect(ids).not.toContain(requests[0].id);
  });

  it('keeps its place for a while after its connection is lost', async () => {
    const server = await serve({ limits: { sessions: 1 } });
    const request = sessionRequest();
    (await openSession(server, request)).socket.terminate();
    await expect.poll(() => server.connections()).toBe(0);
    const other = await open(server);
    await other.exchange(hello());
    expect(codeOf(await other.exchange(encodeControl('session', sessionRequest())))).toBe('limit-sessions');
    expect((await openSession(server, request)).ready.resumed).toBe(true);
  });

  it('gets the memory of those whose clients have vanished', async () => {
    let halves = 0;
    const server = await serve({
      limits: { returnSeconds: 0 },
      open() {
        if (halves === 1) return Promise.reject(new SluiceError('limit-memory', 'One is all there is room for.'));
        halves++;
        return Promise.resolve({ ...fakeHalf(), close: () => Promise.resolve(halves--).then(() => undefined) });
      },
    });
    const first = await openSession(server);
    const refused = await open(server);
    await refused.exchange(hello());
    expect(codeOf(await refused.exchange(encodeControl('session', sessionRequest())))).toBe('limit-memory');
    first.socket.terminate();
    await expect.poll(() => server.connections()).toBe(0);
    expect((await openSession(server)).ready.resumed).toBe(false);
    expect(server.sessions()).toHaveLength(1);
  });

  it('goes on while the half of another is built', async () => {
    let built = (): void => undefined;
    const building = new Promise<void>((resolve) => (built = resolve));
    const server = await serve({
      open: async ({ seed }) => {
        if (seed === 2) await building;
        return fakeHalf();
      },
    });
    const first = await openSession(server);
    const second = await open(server);
    await second.exchange(hello());
    const opening = second.exchange(encodeControl('session', sessionRequest({ seed: 2 })));
    expect(readHeader(await first.exchange(step(1), 1)).type).toBe('gradient');
    built();
    expect(readHeader(await opening).type).toBe('ready');
  });

  it('ends with bye, and when nobody comes back', async () => {
    const halves = [fakeHalf(), fakeHalf()];
    let next = 0;
    const server = await serve({ limits: { idleSeconds: 0.05 }, open: () => Promise.resolve(halves[next++]) });
    const [polite, gone] = [await openSession(server), await openSession(server)];
    polite.socket.send(encodeControl('bye', {}));
    expect(await polite.closed).toBe(1000);
    gone.socket.terminate();
    while (server.sessions().length > 0) await sleep(10);
    while (!halves.every(({ calls }) => calls.includes('close'))) await sleep(10);
  });

  it('is kept for as long as the server says, longer than a timer can wait', async () => {
    const server = await serve({ limits: { idleSeconds: 1e9 } });
    const request = sessionRequest();
    const { socket } = await openSession(server, request);
    socket.terminate();
    while (server.connections() > 0) await sleep(10);
    await sleep(10);
    expect((await openSession(server, request)).ready.resumed).toBe(true);
  });

  it('is refused beyond the limit, and for what the server cannot open', async () => {
    const server = await serve({
      limits: { sessions: 1 },
      open: ({ model }) =>
        model.name === 'fake'
          ? Promise.resolve(fakeHalf())
          : Promise.reject(new SluiceError('model-unknown', 'Not in the zoo.')),
    });
    const unknown = sessionRequest({ model: { ...sessionRequest().model, name: 'gpt' } });
    for (const [request, code] of [
      [unknown, 'model-unknown'],
      [sessionRequest(), null],
      [sessionRequest(), 'limit-sessions'],
    ] as const) {
      const client = await open(server);
      await client.exchange(hello());
      const answer = await client.exchange(encodeControl('session', request));
      if (code === null) expect(readHeader(answer).type).toBe('ready');
      else expect(codeOf(answer)).toBe(code);
    }
  });
});

describe('sources of a run', () => {
  const source = (index: number, serverHalf: 'own' | 'shared') =>
    sessionRequest({ source: { run: 'run-of-many-sources', index, count: 8, serverHalf } });

  it('train one server half when it is shared, one step at a time', async () => {
    let working = 0;
    const half = fakeHalf(async () => {
      expect(++working).toBe(1);
      await sleep(1);
      working--;
    });
    let opened = 0;
    const server = await serve({
      open() {
        opened++;
        return Promise.resolve(half);
      },
    });
    const clients = await Promise.all([0, 1, 2, 3].map((index) => openSession(server, source(index, 'shared'))));
    for (const number of [1, 2, 3]) await Promise.all(clients.map((client) => client.exchange(step(number), number)));
    expect(opened).toBe(1);
    expect(half.steps).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
    for (const { socket } of clients) socket.send(encodeControl('bye', {}));
    await Promise.all(clients.map(({ closed }) => closed));
    expect(half.calls).toEqual(['close']);
  });

  it('take turns: one that always asks holds nobody up', async () => {
    const order: number[] = [];
    const server = await serve({
      open({ source: { index } }) {
        const half = fakeHalf(async () => {
          order.push(index);
          await sleep(1);
        });
        return Promise.resolve({ ...half, evaluate: (request) => half.step({ ...request, step: 0, learningRate: 0 }) });
      },
    });
    const clients = await Promise.all([0, 1, 2].map((index) => openSession(server, source(index, 'own'))));
    await Promise.all(
      clients.map(async (client, index) => {
        // The first source evaluates all the time, the others train.
        const message = (number: number) => (index === 0 ? evaluateIn('float16', stepRequest(number)) : step(number));
        for (let number = 1; number <= 30; number++) await client.exchange(message(number), number);
      }),
    );
    for (let turn = 3; turn < order.length - 3; turn++) {
      expect(new Set(order.slice(turn - 3, turn + 3)).size).toBe(3);
    }
  });

  it('must agree on a shared half', async () => {
    const server = await serve();
    await openSession(server, source(0, 'shared'));
    const client = await open(server);
    await client.exchange(hello());
    const other = { ...source(1, 'shared'), cut: { layer: 2, module: null } };
    expect(codeOf(await client.exchange(encodeControl('session', other)))).toBe('session-mismatch');
  });
});

describe('the server', () => {
  it('does not listen beyond this machine without TLS', async () => {
    await expect(serve({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'listen-insecure' });
    await serve({ host: '0.0.0.0', insecure: true });
  });

  it('says when its port is taken', async () => {
    const { url } = await serve();
    await expect(serve({ port: Number(new URL(url).port) })).rejects.toMatchObject({ code: 'listen-failed' });
  });

  it('tells its clients when it stops', async () => {
    const server = await serve();
    const client = await openSession(server);
    await server.close();
    expect(await client.closed).toBe(1001);
  });

  it('survives what is no WebSocket', async () => {
    const server = await serve();
    const port = Number(new URL(server.url).port);
    for (const noise of ['\0\0\0\0', 'GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n', 'x'.repeat(200_000)]) {
      const socket = connectTcp(port, '127.0.0.1', () => socket.end(noise));
      socket.on('error', () => undefined).resume();
      await new Promise((resolve) => socket.on('close', resolve));
    }
    expect((await openSession(server)).ready.resumed).toBe(false);
  });
});
