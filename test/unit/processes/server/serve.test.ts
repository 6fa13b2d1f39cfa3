import { Worker } from 'node:worker_threads';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../../../main/engine/engine.ts';
import { serveOffload, type ServedOffload, type ServeOptions } from '../../../../main/processes/server/serve.ts';
import { createMedium } from '../../../../main/offload/link/flow.ts';
import { encodeHalfState } from '../../../../main/offload/protocol/half-state.ts';
import { decodeLogits, decodeScore, type StepRequest } from '../../../../main/offload/protocol/messages.ts';
import { startRelay } from '../../../../main/offload/link/relay.ts';
import {
  fetchState,
  keepState,
  resetServerOptimiser,
  restoreState,
  writeState,
} from '../../../../main/offload/client/remote-half.ts';
import type { ServerEvent } from '../../../../main/offload/server/server.ts';
import { newToken } from '../../../../main/offload/transport/token.ts';
import type { ServerHalf } from '../../../../main/training/server.ts';
import { closing, temporaryFolder } from '../../../support/closing.ts';
import { evaluateIn, inferIn } from '../../../support/codecs.ts';
import { batchOf, connectTo, localHalf, smallSession, stepOver } from '../../../support/offload.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

async function serve(options: Partial<ServeOptions> = {}, events: ServerEvent[] = []): Promise<ServedOffload> {
  const home = temporaryFolder();
  const server = await serveOffload({ home, engine: 'cpu', threads: 1, ...options }, (event) => events.push(event));
  return closing(server);
}

const stateOf = async (half: ServerHalf): Promise<Uint8Array> => encodeHalfState(await half.read());
const batches = (...keys: string[]): StepRequest[] => keys.map((key) => batchOf(key));

function sourcesOf(count: number, serverHalf: 'own' | 'shared' | 'gathered') {
  const run = newToken();
  return Array.from({ length: count }, (_, index) => smallSession({ source: { run, index, count, serverHalf } }));
}

describe('a session', () => {
  it('trains the network it names as one process would', async () => {
    const session = smallSession();
    const client = await connectTo(await serve(), session);
    const half = localHalf(session);
    for (const batch of [...batches('a', 'b'), batchOf('full', null)]) {
      const { gradient, loss, correct } = await half.step(batch);
      expect(await stepOver(client, batch)).toMatchObject({ gradient, loss, correct });
    }
    await resetServerOptimiser(client);
    half.resetOptimiser();
    const [batch] = batches('c');
    const answer = await stepOver(client, batch);
    expect(answer.gradient).toEqual((await half.step(batch)).gradient);
    expect(answer.serverSeconds).toBeGreaterThan(0);
    expect(decodeScore(await client.request(evaluateIn('float32', batch)))).toMatchObject(await half.evaluate(batch));
    expect(decodeLogits(await client.request(inferIn('float32', batch))).logits).toEqual(await half.infer(batch));
    expect(await fetchState(client)).toEqual(await stateOf(half));
  });

  it('takes every step once over a connection that is cut in the middle of them', async () => {
    const server = await serve();
    const { hostname: host, port } = new URL(server.url);
    const link = { up: 1e3, down: 1e3, rttMs: 2, jitterMs: 0, loss: 0 };
    const relay = closing(await startRelay({ target: { host, port: Number(port) }, link, medium: createMedium() }));
    const session = smallSession();
    const client = await connectTo({ url: `ws://${relay.host}:${relay.port}`, token: server.token }, session);
    const half = localHalf(session);
    for (let step = 0; step < 12; step++) {
      const batch = batchOf(`step ${step}`);
      const asked = stepOver(client, batch);
      setTimeout(() => relay.cut(), step);
      expect((await asked).gradient).toEqual((await half.step(batch)).gradient);
    }
    expect(await fetchState(client)).toEqual(await stateOf(half));
  });

  it.each([
    ['other maps', { ...batchOf('a'), shape: [5, 8, 2] as const }, 'request-mismatch', 'maps'],
    ['more maps', { ...batchOf('a'), total: 5 }, 'request-mismatch', 'maps'],
    ['other classes', { ...batchOf('a'), classes: 4 }, 'request-mismatch', 'classes'],
    ['a larger batch than fits', batchOf('a', [1], 60_000), 'limit-memory', undefined],
  ])('refuses a step with %s, and goes on', async (_, request, code, path) => {
    const client = await connectTo(await serve({ memoryBytes: 16 * 1024 ** 2 }));
    await expect(stepOver(client, request)).rejects.toMatchObject({ code, path });
    expect((await stepOver(client, batchOf('a'))).gradient).toHaveLength(batchOf('a').maps.length);
  });

  it('has no gate where it has no module', async () => {
    const client = await connectTo(await serve(), smallSession({ cut: { layer: 3, module: null } }));
    await expect(stepOver(client, batchOf('a'))).rejects.toMatchObject({ code: 'request-mismatch', path: 'gate' });
    await stepOver(client, batchOf('a', null));
  });

  it.each([
    ['a model outside the zoo', { model: { ...smallSession().model, name: 'gpt' } }, 'model-unknown'],
    ['a cut behind the end', { cut: { layer: 9, module: null } }, 'bad-split'],
    ['a module that does not fit', { cut: { layer: 3, module: { resolution: 1, features: 3 } } }, 'bad-module'],
    ['images that are too small', { model: { ...smallSession().model, input: [2, 2, 1] } }, 'images-too-small'],
    [
      'more memory than there is',
      { model: { ...smallSession().model, name: 'vgg16', width: 1, input: [64, 64, 3] } },
      'limit-memory',
    ],
  ] as const)('is refused with %s', async (_, change, code) => {
    const events: ServerEvent[] = [];
    const server = await serve({ memoryBytes: 1e7 }, events);
    await expect(connectTo(server, smallSession(change as object))).rejects.toMatchObject({ code });
    await expect.poll(() => events).toContainEqual(expect.objectContaining({ kind: 'refused', code }));
    await connectTo(server);
  });

  it('says that it diverged, and learns nothing from it', async () => {
    const events: ServerEvent[] = [];
    const client = await connectTo(await serve({}, events));
    const before = await fetchState(client);
    const batch = batchOf('a');
    await expect(stepOver(client, { ...batch, maps: batch.maps.map(() => 3e38) })).rejects.toMatchObject({
      code: 'diverged',
    });
    await expect.poll(() => events.at(-1)).toMatchObject({ kind: 'failed', code: 'diverged' });
    expect(await fetchState(client)).toEqual(before);
  });
});

it('answers signs of life while it computes', async () => {
  const { url } = await serve();
  // Computing takes this thread; a client elsewhere hears the server all the same.
  const heard = new Int32Array(new SharedArrayBuffer(4));
  const client = new Worker(
    `const { WebSocket } = require('ws');
     const { workerData } = require('node:worker_threads');
     const socket = new WebSocket(workerData.url);
     socket.on('open', () => setInterval(() => socket.ping(), 20));
     socket.on('pong', () => { Atomics.add(workerData.heard, 0, 1); Atomics.notify(workerData.heard, 0); });`,
    { eval: true, workerData: { url, heard } },
  );
  closing({ close: () => client.terminate() });
  for (const pongs of [0, 1, 2]) expect(Atomics.wait(heard, 0, pongs, 5000)).not.toBe('timed-out');
});

describe('a shared half', () => {
  it('is trained by two sources as by one process that takes their batches in turn, bit for bit', async () => {
    const server = await serve();
    const [one, two] = sourcesOf(2, 'shared');
    const clients = [await connectTo(server, one), await connectTo(server, two)];
    const half = localHalf(one);
    for (const [i, batch] of [...batches('a', 'b', 'c'), batchOf('d', [0, 2]), batchOf('e', null)].entries()) {
      const { gradient } = await half.step(batch);
      expect((await stepOver(clients[i % 2], batch)).gradient).toEqual(gradient);
    }
    expect(await fetchState(clients[1])).toEqual(await stateOf(half));
  });

  it('goes on as it is when a source that was started again puts its checkpoint back, and says so', async () => {
    const server = await serve();
    const [one, two] = sourcesOf(2, 'shared');
    const [first, second] = [await connectTo(server, one), await connectTo(server, two)];
    const half = localHalf(one);
    await stepOver(first, batchOf('a'));
    const kept = await keepState(first, 'step-1');
    await stepOver(second, batchOf('b'));
    const again = await connectTo(server, { ...one, id: newToken() });
    expect(again.resumed).toBe(false);
    await expect(restoreState(again, kept)).rejects.toMatchObject({ code: 'session-lost' });
    await stepOver(again, batchOf('c'));
    for (const batch of batches('a', 'b', 'c')) await half.step(batch);
    expect(await fetchState(second)).toEqual(await stateOf(half));
  });

  it('is opened anew when no source of its run is connected any more', async () => {
    const server = await serve();
    const run = newToken();
    const { hostname: host, port } = new URL(server.url);
    const link = { up: 1e3, down: 1e3, rttMs: 0, jitterMs: 0, loss: 0 };
    const relay = await startRelay({ target: { host, port: Number(port) }, link, medium: createMedium() });
    const through = { url: `ws://${relay.host}:${relay.port}`, token: server.token };
    const session = (index: number) => smallSession({ source: { run, index, count: 2, serverHalf: 'shared' } });
    const first = await connectTo(through, session(0));
    await connectTo(through, session(1));
    await stepOver(first, batchOf('a'));
    const kept = await keepState(first, 'step-1');
    await stepOver(first, batchOf('b'));
    // Both sources die without a word.
    await relay.close();
    await expect.poll(async () => (await server.stats()).connections).toBe(0);
    const later = await connectTo(server, session(0));
    await restoreState(later, kept);
    await stepOver(later, batchOf('c'));
    const half = localHalf(session(0));
    for (const batch of batches('a', 'c')) await half.step(batch);
    expect(await fetchState(later)).toEqual(await stateOf(half));
  });

  it('refuses a source that wants another network', async () => {
    const server = await serve();
    const [one, two] = sourcesOf(2, 'shared');
    await connectTo(server, one);
    await expect(connectTo(server, { ...two, seed: 8 })).rejects.toMatchObject({ code: 'session-mismatch' });
  });
});

describe('checkpoints', () => {
  it('outlive the server', async () => {
    const home = temporaryFolder();
    const session = smallSession();
    const half = localHalf(session);
    const first = await serve({ home });
    const client = await connectTo(first, session);
    await stepOver(client, batchOf('a'));
    const kept = await keepState(client, 'step-1');
    await stepOver(client, batchOf('b'));
    await first.close();

    const later = await connectTo(await serve({ home }), { ...session, id: newToken() });
    await restoreState(later, kept);
    await stepOver(later, batchOf('c'));
    for (const batch of batches('a', 'c')) await half.step(batch);
    expect(await fetchState(later)).toEqual(await stateOf(half));
  });

  it('go when the source says that its training is done', async () => {
    const server = await serve();
    const session = smallSession();
    for (const done of [false, true]) {
      const client = await connectTo(server, { ...session, id: newToken() });
      if (done) await restoreState(client, await keepState(client, 'step-1'));
      else await keepState(client, 'step-0');
      await client.close({ done });
    }
    const later = await connectTo(server, session);
    for (const name of ['step-0', 'step-1']) {
      await expect(restoreState(later, { name, sha256: '0'.repeat(64) })).rejects.toMatchObject({
        code: 'checkpoint-unknown',
      });
    }
  });

  it('can be brought by the client; one that does not fit changes nothing', async () => {
    const client = await connectTo(await serve());
    const other = localHalf(smallSession({ seed: 8 }));
    await writeState(client, await stateOf(other));
    expect(await fetchState(client)).toEqual(await stateOf(other));
    const narrow = localHalf(smallSession({ model: { ...smallSession().model, width: 0.2 } }));
    await expect(writeState(client, await stateOf(narrow))).rejects.toMatchObject({ code: 'wrong-shape' });
    await expect(writeState(client, new Uint8Array(100))).rejects.toMatchObject({ code: 'safetensors-invalid' });
    expect(await fetchState(client)).toEqual(await stateOf(other));
  });
});

describe('a server that cannot serve as asked', () => {
  it.each([
    ['on a port that is taken', (url: string) => ({ port: Number(new URL(url).port) }), 'listen-failed'],
    [
      'with a certificate that is not there',
      () => ({ tls: { cert: 'no.pem', key: 'no.key' } }),
      'certificate-unreadable',
    ],
    ['with messages too short for its own', () => ({ limits: { messageBytes: 100 } }), 'limits-invalid'],
  ] as const)('%s says so', async (_, options, code) => {
    const { url } = await serve();
    await expect(serve(options(url))).rejects.toMatchObject({ code });
  });

  it('is brought in parts no larger than the server takes', async () => {
    const wider = smallSession({ model: { ...smallSession().model, width: 0.5 } });
    const client = await connectTo(await serve({ limits: { messageBytes: 65_536 } }), wider);
    const state = await stateOf(localHalf({ ...wider, seed: 8 }));
    expect(state.length).toBeGreaterThan(65_536);
    await writeState(client, state);
    expect(await fetchState(client)).toEqual(state);
  });
});
