import { expect, it } from 'vitest';
import { decodeStep, encodeGradient, type StepRequest } from '../../../../main/offload/protocol/messages.ts';
import { openedCodecs } from '../../../support/codecs.ts';
import { stepRequest } from '../../offload/fake-half.ts';
import type { OffloadClient } from '../../../../main/offload/client/client.ts';
import { openCodecs } from '../../../../main/offload/codecs/session-codecs.ts';
import { codecChoice } from '../../../../main/offload/codecs/table.ts';
import { remoteOffloader } from '../../../../main/processes/source/remote.ts';
import { inProcessOffloader } from '../../../../main/training/in-process.ts';
import type { ServerHalf } from '../../../../main/training/server.ts';

it('leaves on the server what it keeps when the last state could not be fetched', async () => {
  const ends: (boolean | undefined)[] = [];
  const client: OffloadClient = {
    resumed: false,
    engine: 'cpu',
    messageBytes: 1e6,
    request: () => Promise.reject(new Error('The disk of the server is full.')),
    traffic: () => ({ messages: { sent: 0, received: 0 }, wire: { sent: 0, received: 0 } }),
    close({ done } = {}) {
      ends.push(done);
      return Promise.resolve();
    },
  };
  const offloader = remoteOffloader(client, {
    codecs: openCodecs([codecChoice('float32')], 1),
    wantsGradient: true,
    enter: () => Promise.resolve(),
    meet: () => Promise.resolve({ keeper: true, full: true }),
    checkpointName: () => 'kept',
  });
  await expect(offloader.checkpoint(true)).rejects.toThrow('full');
  await offloader.close();
  expect(ends).toEqual([false]);
});

it('counts the bytes of a step: those of the messages, and those that the socket carried, up and down', async () => {
  const wire = { sent: 500, received: 700 };
  const sizes: number[] = [];
  const client: OffloadClient = {
    resumed: false,
    engine: 'cpu',
    messageBytes: 1e6,
    request(message) {
      const request = decodeStep(message, openedCodecs);
      const gradient = new Float32Array(request.maps.length).fill(0.5);
      const seconds = { serverSeconds: 0.25, waitSeconds: 0.125 };
      const answer = { gradient, loss: 1.5, correct: 2, ...seconds, shape: [2, 2, 2, 2] as const };
      const bytes = encodeGradient(answer, openedCodecs, request);
      sizes.push(message.length, bytes.length);
      // A frame costs more than its message, and a lost one was sent twice.
      wire.sent += 2 * message.length + 9;
      wire.received += bytes.length + 4;
      return Promise.resolve(bytes);
    },
    traffic: () => ({ messages: { sent: 0, received: 0 }, wire: { ...wire } }),
    close: () => Promise.resolve(),
  };
  const offloader = remoteOffloader(client, {
    codecs: openedCodecs,
    wantsGradient: true,
    enter: () => Promise.resolve(),
    meet: () => Promise.resolve({ keeper: true, full: true }),
    checkpointName: () => 'kept',
  });
  const codecs = { up: codecChoice('float16'), down: codecChoice('float32') };
  const answer = await offloader.step(stepRequest(3), codecs);
  const [up, down] = sizes;
  expect(up).not.toBe(down);
  expect(answer).toMatchObject({ bytesUp: up, bytesDown: down, wireUp: 2 * up + 9, wireDown: down + 4 });
  expect(answer).toMatchObject({ loss: 1.5, correct: 2, serverSeconds: 0.25, waitSeconds: 0.125 });
});

it('adds to the gradient what the codec of the maps wants added, as it is in one process', async () => {
  const up = codecChoice({ name: 'codebook', length: 1, codewords: 2, correction: 3 });
  const down = codecChoice('float32');
  const request = { ...stepRequest(3), maps: Float32Array.from({ length: 16 }, (_, i) => i) };
  const [near, far] = [openCodecs([up, down], 1), openCodecs([up, down], 1)];
  let arrived = new Float32Array();
  const half = {
    step: ({ maps }: StepRequest) => answer(maps),
  } as unknown as ServerHalf;
  const answer = (maps: Float32Array) => {
    arrived = maps.slice();
    return Promise.resolve({ gradient: new Float32Array(16).fill(0.5), loss: 1, correct: 1 });
  };
  const client: OffloadClient = {
    resumed: false,
    engine: 'cpu',
    messageBytes: 1e6,
    async request(message) {
      const asked = decodeStep(message, far);
      const seconds = { serverSeconds: 0, waitSeconds: 0 };
      return encodeGradient({ ...(await answer(asked.maps)), ...seconds, shape: [2, 2, 2, 2] as const }, far, asked);
    },
    traffic: () => ({ messages: { sent: 0, received: 0 }, wire: { sent: 0, received: 0 } }),
    close: () => Promise.resolve(),
  };
  const remote = remoteOffloader(client, {
    codecs: near,
    wantsGradient: true,
    enter: () => Promise.resolve(),
    meet: () => Promise.resolve({ keeper: true, full: true }),
    checkpointName: () => 'kept',
  });
  for (const offloader of [remote, inProcessOffloader(half, [up, down], 1)]) {
    const { gradient } = await offloader.step(request, { up, down });
    expect(arrived).not.toEqual(request.maps);
    expect([...gradient]).toEqual([...request.maps].map((value, i) => Math.fround(0.5 + 1.5 * (value - arrived[i]))));
  }
});
