import * as tf from '@tensorflow/tfjs-core';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { openEngine } from '../../../../main/engine/engine.ts';
import { SluiceError } from '../../../../main/errors.ts';
import { memoryBudget } from '../../../../main/processes/server/memory.ts';
import { openHalf } from '../../../../main/processes/server/open-half.ts';
import { startServerProcess } from '../../../../main/processes/server/start.ts';
import { encodeAverage } from '../../../../main/offload/protocol/average.ts';
import { openCheckpoints } from '../../../../main/offload/server/checkpoints.ts';
import { encodeControl } from '../../../../main/offload/protocol/control.ts';
import { encodeHalfState } from '../../../../main/offload/protocol/half-state.ts';
import { readHeader, setSequence } from '../../../../main/offload/protocol/header.ts';
import { encodeCodecState } from '../../../../main/offload/protocol/codec-state.ts';
import { createSession } from '../../../../main/offload/server/session.ts';
import { encodeState } from '../../../../main/offload/protocol/state-part.ts';
import { trainedHalf } from '../../../../main/offload/server/trained-half.ts';
import { createTurns } from '../../../../main/offload/server/turns.ts';
import { random } from '../../../../main/random.ts';
import { evaluateIn, inferIn, openedCodecs, stepIn } from '../../../support/codecs.ts';
import { fuzzFrames, mutate } from '../../../support/fuzz.ts';
import { closing, temporaryFolder } from '../../../support/closing.ts';
import { computeOverPort } from './compute-over-port.ts';
import { batchOf, connectTo, smallSession, stepOver } from '../../../support/offload.ts';

const batch = batchOf('fuzz', [1, 3], 2);
const seeds = [
  stepIn('float16', 'float32', batch),
  stepIn('int8+deflate', 'float16+deflate', batch),
  stepIn('float16-scaled', 'int8', batchOf('full', null, 2)),
  evaluateIn('float32', batch),
  inferIn('float16', batch),
  encodeControl('reset', {}),
  encodeCodecState(null),
  encodeCodecState({}),
  encodeControl('checkpoint', { action: 'save', name: 'a' }),
  encodeControl('checkpoint', { action: 'restore', name: 'a' }),
  encodeControl('checkpoint', { action: 'put', name: 'b', bytes: 100 }),
  encodeState({ offset: 0, total: 100, bytes: new Uint8Array(50) }),
  encodeAverage({ round: 1, samples: 3, state: encodeHalfState({ weights: {}, momentum: {} }) }),
];

const sessionFrames = fuzzFrames(4000);

it(`a half of the zoo takes ${sessionFrames} mutated requests, and leaks no tensor`, async () => {
  await openEngine('cpu', { threads: 1 });
  const source = random(1, 'fuzz');
  const handler = await openHalf(smallSession(), memoryBudget(64 * 1024 ** 2), computeOverPort());
  const checkpointBytes = 1024 ** 2;
  const session = createSession({
    purpose: 'train',
    source: 0,
    inFlight: 16,
    half: trainedHalf(handler, createTurns(), { shared: false, gather: null }),
    checkpoints: openCheckpoints(temporaryFolder(), 'run', 0, {
      checkpointBytes,
      diskBytes: 2 * checkpointBytes,
      checkpoints: 3,
    }),
    codecs: openedCodecs,
    average: ({ round, state }) => Promise.resolve({ round, sources: 1, state }),
  });
  await session.take(numbered(seeds[0].slice(), 1));
  const before = await handler.read();
  await handler.write(before.slice());
  const { numTensors } = tf.memory();
  const outcomes = new Map<string, number>();
  for (let frame = 0; frame < sessionFrames; frame++) {
    // A mutated learning rate ruins a half for good; most frames should meet one that trains.
    if (frame % 200 === 0) await handler.write(before.slice());
    const message = mutate(seeds[source.integer(seeds.length)], source);
    if (message.length >= 8 && source.integer(20) > 0) setSequence(message, session.last() + 1);
    const outcome = await attempt(() => session.take(message)).then((answer) => readHeader(answer).type, codeOf);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  expect(tf.memory().numTensors).toBe(numTensors);
  for (const expected of ['gradient', 'score', 'logits', 'error', 'message-malformed', 'sequence-wrong']) {
    expect(outcomes.get(expected)).toBeGreaterThan(sessionFrames / 200);
  }
  await handler.write(before.slice());
  expect(await handler.read()).toEqual(before);
  await handler.close();
}, 3_600_000);

/** What is no request is refused at once. */
async function attempt<T>(work: () => Promise<T>): Promise<T> {
  return work();
}

const processFrames = fuzzFrames(300);

it(`the process of a server lives through ${processFrames} mutated conversations`, async () => {
  const source = random(2, 'fuzz');
  const server = closing(
    await startServerProcess({
      home: temporaryFolder(),
      engine: 'cpu',
      threads: 1,
      limits: { idleSeconds: 0.1, sessions: 1e6, clients: 1000, helloSeconds: 2 },
    }),
  );
  const together = 50;
  for (let frame = 0; frame < processFrames; frame += together) {
    await Promise.all(
      Array.from({ length: together }, async () => {
        const messages = [
          encodeControl('hello', { software: 'fuzz', token: server.token }),
          encodeControl('session', smallSession()),
          numbered(seeds[source.integer(seeds.length)].slice(), 1),
        ];
        const mutated = source.integer(messages.length);
        messages[mutated] = mutate(messages[mutated], source);
        await talk(server.url, messages);
      }),
    );
  }
  await stepOver(await connectTo(server), batch);
}, 3_600_000);

/** Sends one message after another, each when the one before was answered, until the server closes. */
async function talk(url: string, messages: readonly Uint8Array[]): Promise<void> {
  const socket = new WebSocket(url);
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.on('close', resolve));
  await once(socket, 'open');
  for (const message of messages) {
    socket.send(message);
    await Promise.race([once(socket, 'message').catch(() => undefined), closed]);
    if (socket.readyState !== WebSocket.OPEN) break;
  }
  socket.terminate();
}

function numbered(message: Uint8Array, sequence: number): Uint8Array {
  setSequence(message, sequence);
  return message;
}

function codeOf(error: unknown): string {
  if (error instanceof SluiceError) return error.code;
  throw error;
}
