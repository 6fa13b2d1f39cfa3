import { connect as connectTcp, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { decodeCodecState, encodeCodecState } from '../../../../main/offload/protocol/codec-state.ts';
import { decodeControl, encodeControl } from '../../../../main/offload/protocol/control.ts';
import { readHeader } from '../../../../main/offload/protocol/header.ts';
import type { OffloadServer } from '../../../../main/offload/server/server.ts';
import { stepIn, imagelessCodecs } from '../../../support/codecs.ts';
import { fakeHalf, serve, sessionRequest, stepRequest } from '../fake-half.ts';
import { hello, open, openSession } from '../raw-client.ts';

const step = (number: number) => stepIn('float16', 'float32', stepRequest(number));
const codeOf = (message: Uint8Array) => decodeControl('error', message).code;

describe('a client is refused', () => {
  it.each([
    ['with a wrong token', hello('wrong'), 'auth-token', 4401],
    ['without a token', encodeControl('session', sessionRequest()), 'auth-required', 4401],
    ['in another version', hello().with(2, 9), 'message-version', 4400],
    ['in another protocol', hello().with(0, 9), 'message-malformed', 4400],
    ['with half a message', hello().slice(0, 5), 'message-truncated', 4400],
    ['with more in hello than belongs there', hello().with(9, 0x58), 'message-malformed', 4400],
  ])('%s', async (_, first, code, close) => {
    const client = await open(await serve());
    expect(codeOf(await client.exchange(first))).toBe(code);
    expect(await client.closed).toBe(close);
  });

  it('for a text message', async () => {
    const client = await open(await serve());
    client.socket.send('hello');
    expect(await client.closed).toBe(1003);
  });

  it('when it says nothing', async () => {
    const client = await open(await serve({ limits: { helloSeconds: 0.05 } }));
    expect(await client.closed).toBe(4408);
  });

  /** A connection that says nothing, and its end. */
  function connectSilently({ url }: OffloadServer): { socket: Socket; closed: Promise<void> } {
    const { hostname: host, port } = new URL(url);
    const socket = connectTcp({ host, port: Number(port) }).on('error', () => undefined);
    return { socket, closed: new Promise((resolve) => socket.resume().on('close', () => resolve())) };
  }

  it('when it connects and does not even ask for a WebSocket', async () => {
    await connectSilently(await serve({ limits: { helloSeconds: 0.05 } })).closed;
  });

  it('when there are far too many such, and those who talk are not, nor kept out', async () => {
    const server = await serve({ limits: { clients: 2, helloSeconds: 60 } });
    const client = await openSession(server);
    const silent = Array.from({ length: 200 }, () => connectSilently(server));
    await Promise.race(silent.map(({ closed }) => closed));
    expect(readHeader(await client.exchange(step(1), 1)).type).toBe('gradient');
    expect((await openSession(server)).ready.resumed).toBe(false);
    for (const { socket } of silent) socket.destroy();
  });

  it('when it shows its token and opens no session', async () => {
    const client = await open(await serve({ limits: { helloSeconds: 0.2 } }));
    await client.exchange(hello());
    expect(await client.closed).toBe(4408);
  });

  it('when it says much before hello', async () => {
    const client = await open(await serve());
    client.socket.send(new Uint8Array(1e6));
    expect(await client.closed).toBe(1006);
  });

  it('when there are too many, but not one that comes back', async () => {
    const server = await serve({ limits: { clients: 1 } });
    const request = sessionRequest();
    const first = await openSession(server, request);
    const second = await open(server);
    await second.exchange(hello());
    expect(codeOf(await second.exchange(encodeControl('session', sessionRequest())))).toBe('limit-clients');
    expect(await second.closed).toBe(4429);
    expect((await openSession(server, request)).ready.resumed).toBe(true);
    expect(await first.closed).toBe(4409);
    // Nor a source that was started again.
    const { ready } = await openSession(server, { ...request, id: sessionRequest().id });
    expect(ready.resumed).toBe(false);
  });

  it('for a message beyond the limit', async () => {
    const client = await openSession(await serve({ limits: { messageBytes: 65536 } }));
    client.socket.send(new Uint8Array(65537));
    expect(await client.closed).toBe(1009);
  });

  it('over plain HTTP, with an explanation', async () => {
    const server = await serve();
    const response = await fetch(server.url.replace('ws:', 'http:'));
    expect(response.status).toBe(426);
    expect(await response.text()).toContain('Sluice');
  });
});

describe('the codecs of a session', () => {
  it.each([
    [
      'an unknown one',
      [
        { name: 'float32', params: {} },
        { name: 'wavelet', params: {} },
      ],
      'codec-unknown',
      'codecs.1.name',
    ],
    ['a parameter that it does not have', [{ name: 'int8', params: { levels: 9 } }], 'codec-params', 'codecs.0.params'],
    ['none', [], 'message-malformed', undefined],
    ['too many', Array.from({ length: 129 }, () => ({ name: 'int8', params: {} })), 'message-malformed', undefined],
  ])('are refused before a half is built: %s', async (_, codecs, code, path) => {
    let built = 0;
    const server = await serve({ open: () => Promise.resolve(fakeHalf()).finally(() => built++) });
    const client = await open(server);
    await client.exchange(hello());
    const answer = await client.exchange(encodeControl('session', sessionRequest({ codecs })));
    expect(decodeControl('error', answer)).toMatchObject(path === undefined ? { code } : { code, path });
    expect(await client.closed).toBe(4400);
    expect([built, server.sessions()]).toEqual([0, []]);
  });

  it('are those it was opened with when it is resumed', async () => {
    const server = await serve();
    const request = sessionRequest();
    await openSession(server, request);
    const client = await open(server);
    await client.exchange(hello());
    const other = { ...request, codecs: request.codecs.toReversed() };
    expect(codeOf(await client.exchange(encodeControl('session', other)))).toBe('session-mismatch');
  });

  it('are named by their place, and a request with another place is refused', async () => {
    const client = await openSession(await serve(), sessionRequest({ codecs: imagelessCodecs.slice(0, 2) }));
    expect(codeOf(await client.exchange(stepIn('float16', 'float32', stepRequest(1)).with(8, 2), 1))).toBe(
      'codec-unknown',
    );
  });

  it('that remember nothing have an empty state', async () => {
    const client = await openSession(await serve(), sessionRequest({ codecs: imagelessCodecs.slice(0, 2) }));
    expect(decodeCodecState(await client.exchange(encodeCodecState(null), 1))).toEqual({});
    expect(readHeader(await client.exchange(encodeCodecState({}), 2)).type).toBe('done');
    const foreign = encodeCodecState({ '0.up.lost': { shape: [1], data: new Float32Array(1) } });
    expect(codeOf(await client.exchange(foreign, 3))).toBe('codec-state');
  });
});
