import { expect, it } from 'vitest';
import type { OffloadClient } from '../../../../main/offload/client/client.ts';
import { openCodecs } from '../../../../main/offload/codecs/session-codecs.ts';
import { codecChoice } from '../../../../main/offload/codecs/table.ts';
import { remoteOffloader } from '../../../../main/processes/source/remote.ts';

it('leaves on the server what it keeps when the last state could not be fetched', async () => {
  const ends: (boolean | undefined)[] = [];
  const client: OffloadClient = {
    resumed: false,
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
    enter: () => Promise.resolve(),
    meet: () => Promise.resolve({ keeper: true, full: true }),
    checkpointName: () => 'kept',
  });
  await expect(offloader.checkpoint(true)).rejects.toThrow('full');
  await offloader.close();
  expect(ends).toEqual([false]);
});
