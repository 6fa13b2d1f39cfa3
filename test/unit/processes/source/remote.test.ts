import { expect, it } from 'vitest';
import { decodeStep, encodeGradient } from '../../../../main/offload/protocol/messages.ts';
import { openedCodecs } from '../../../support/codecs.ts';
import { stepRequest } from '../../offload/fake-half.ts';
import type { OffloadClient } from '../../../../main/offload/client/client.ts';
import { openCodecs } from '../../../../main/offload/codecs/session-codecs.ts';
import { codecChoice } from '../../../../main/offload/codecs/table.ts';
import { remoteOffloader } from '../../../../main/processes/source/remote.ts';

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
