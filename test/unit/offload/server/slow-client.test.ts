import { on } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { encodeControl } from '../../../../main/offload/protocol/control.ts';
import { readHeader, setSequence } from '../../../../main/offload/protocol/header.ts';
import { fakeHalf, serve } from '../fake-half.ts';
import { openSession } from '../raw-client.ts';

describe('a client that does not read', () => {
  it('is answered no further than its connection holds, and all the rest when it reads again', async () => {
    const part = 4 * 1024 ** 2;
    const half = { ...fakeHalf(), read: () => Promise.resolve(new Uint8Array(part)) };
    const server = await serve({ open: () => Promise.resolve(half) });
    const { socket, exchange } = await openSession(server);
    await exchange(encodeControl('checkpoint', { action: 'save', name: 'large' }), 1);
    const answers = on(socket, 'message');
    socket.pause();
    const requests = 40;
    for (let number = 2; number < 2 + requests; number++) {
      const fetch = encodeControl('checkpoint', { action: 'fetch', name: 'large', offset: 0 });
      setSequence(fetch, number);
      socket.send(fetch);
    }
    const sent = (): number => server.sessions()[0].wire.sent;
    for (let before = -1; before !== sent();) {
      before = sent();
      await sleep(300);
    }
    expect(sent()).toBeLessThan((requests * part) / 2);
    socket.resume();
    for (let number = 2; number < 2 + requests; number++) {
      const { value } = (await answers.next()) as { value: [Buffer] };
      expect(readHeader(value[0])).toEqual({ type: 'state', sequence: number });
    }
  });
});
