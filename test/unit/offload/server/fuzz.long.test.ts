import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { SluiceError } from '../../../../main/errors.ts';
import { openCheckpoints } from '../../../../main/offload/server/checkpoints.ts';
import { encodeControl } from '../../../../main/offload/protocol/control.ts';
import { readHeader, setSequence } from '../../../../main/offload/protocol/header.ts';
import { encodeCodecState } from '../../../../main/offload/protocol/codec-state.ts';
import type { OffloadServer } from '../../../../main/offload/server/server.ts';
import { createSession } from '../../../../main/offload/server/session.ts';
import { encodeState } from '../../../../main/offload/protocol/state-part.ts';
import { trainedHalf } from '../../../../main/offload/server/trained-half.ts';
import { createTurns } from '../../../../main/offload/server/turns.ts';
import { random, type Random } from '../../../../main/random.ts';
import { evaluateIn, inferIn, openedCodecs, stepIn } from '../../../support/codecs.ts';
import { fuzzFrames, mutate } from '../../../support/fuzz.ts';
import { temporaryFolder } from '../../../support/closing.ts';
import { fakeHalf, serve, sessionRequest, stepRequest, token } from '../fake-half.ts';

const socketFrames = fuzzFrames(1000);
const sessionFrames = 100_000;

const hello = encodeControl('hello', { software: 'fuzz', token });
const request = sessionRequest();
const seeds = [
  stepIn('float16', 'float32', stepRequest(1)),
  stepIn('int8+deflate', 'float16+deflate', stepRequest(1)),
  stepIn('float16-scaled', 'int8', { ...stepRequest(1), selection: null, total: 2 }),
  evaluateIn('float32', stepRequest(1)),
  inferIn('float16', stepRequest(1)),
  encodeControl('reset', {}),
  encodeCodecState(null),
  encodeCodecState({}),
  encodeControl('checkpoint', { action: 'save', name: 'a' }),
  encodeControl('checkpoint', { action: 'put', name: 'b', bytes: 100 }),
  encodeState({ offset: 0, total: 100, bytes: new Uint8Array(50) }),
  encodeControl('session', request),
  hello,
];

/** What is no request is refused at once. */
async function attempt<T>(work: () => Promise<T>): Promise<T> {
  return work();
}

async function memoryBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Buffers are freed in the background, a turn after they were collected.
  for (let turn = 0; turn < 3; turn++) {
    collect();
    await setTimeout(20);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

it(`a session answers or refuses ${sessionFrames} mutated requests, and keeps nothing of them`, async () => {
  const source = random(1, 'fuzz');
  const session = createSession({
    purpose: 'train',
    source: 0,
    inFlight: 16,
    half: trainedHalf(fakeHalf(), createTurns(), { shared: false, gather: null }),
    checkpoints: openCheckpoints(temporaryFolder(), 'run', 0, {
      checkpointBytes: 1000,
      diskBytes: 10_000,
      checkpoints: 3,
    }),
    codecs: openedCodecs,
    average: ({ round, state }) => Promise.resolve({ round, sources: 1, state }),
  });
  const outcomes = new Map<string, number>();
  let heapEarly = 0;
  for (let frame = 0; frame < sessionFrames; frame++) {
    const message = mutate(seeds[source.integer(seeds.length)], source);
    if (message.length >= 8 && source.integer(20) > 0) setSequence(message, session.last() + 1);
    const outcome = await attempt(() => session.take(message)).then(
      (answer) => readHeader(answer).type,
      (error: unknown) => {
        if (error instanceof SluiceError) return error.code;
        throw error;
      },
    );
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (frame === sessionFrames / 5) heapEarly = await memoryBytes();
  }
  expect((await memoryBytes()) - heapEarly).toBeLessThan(5e6);
  for (const expected of ['gradient', 'error', 'message-malformed', 'message-truncated', 'sequence-wrong']) {
    expect(outcomes.get(expected)).toBeGreaterThan(100);
  }
}, 120_000);

/** One client that says hello, then something mutated; resolves with the first word of the server, or its close. */
async function talk(server: OffloadServer, source: Random): Promise<string> {
  const socket = new WebSocket(server.url);
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => socket.on('close', (code) => resolve(`close ${code}`)));
  await once(socket, 'open');
  const mutated = source.integer(3);
  const session = encodeControl('session', sessionRequest());
  const steps = [hello, session, seeds[source.integer(seeds.length)]];
  let word = '';
  for (const [at, message] of steps.entries()) {
    // One that is numbered here is another's hello.
    const sent = at === mutated ? mutate(message, source) : message.slice();
    if (at === 2 && sent.length >= 8) setSequence(sent, 1);
    socket.send(sent);
    word = await Promise.race([once(socket, 'message').then(([data]) => readHeader(data as Buffer).type), closed]);
    if (word.startsWith('close') || word === 'error') break;
  }
  socket.terminate();
  return word;
}

/** Broken WebSocket framing over a connection that was upgraded properly. */
async function garble(port: number, source: Random): Promise<void> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  const key = 'dGhlIHNhbXBsZSBub25jZQ==';
  socket.write(
    `GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
  const frame = Buffer.concat([Buffer.from([0x82, 0x80 | 125, 0, 0, 0, 0]), Buffer.alloc(125)]);
  socket.end(mutate(frame, source));
  await new Promise((resolve) => socket.on('close', resolve));
}

it(`a server lives through ${socketFrames} mutated conversations`, async () => {
  const source = random(2, 'fuzz');
  const server = await serve({ limits: { idleSeconds: 0.1, sessions: 1e6, clients: 1000, helloSeconds: 2 } });
  const port = Number(new URL(server.url).port);
  const together = 200;
  for (let frame = 0; frame < socketFrames; frame += together) {
    await Promise.all(
      Array.from({ length: together }, (_, i) => (i % 4 === 0 ? garble(port, source) : talk(server, source))),
    );
  }
  while (server.sessions().length > 0) await setTimeout(20);
  const socket = new WebSocket(server.url);
  await once(socket, 'open');
  socket.send(hello);
  const [answer] = (await once(socket, 'message')) as [Buffer];
  expect(readHeader(answer).type).toBe('welcome');
}, 3_600_000);
