import { describe, expect, it } from 'vitest';
import { decodeControl, encodeControl } from '../../../../main/offload/protocol/control.ts';
import { countValues } from '../../../../main/offload/protocol/sections.ts';
import { serve } from '../fake-half.ts';
import { hello, open, openSession } from '../raw-client.ts';

const gibibyte = 1024 ** 3;

describe('the limits of a server', () => {
  it('are told in its welcome', async () => {
    const client = await open(await serve());
    const { limits } = decodeControl('welcome', await client.exchange(hello()));
    expect(limits).toEqual({ messageBytes: 256 * 1024 ** 2, idleSeconds: 600, inFlight: 16 });
  });

  it('are 2 GiB for the checkpoints of a source, and 20 GiB for all', async () => {
    const put = (name: string, bytes: number) => encodeControl('checkpoint', { action: 'put', name, bytes });
    const client = await openSession(await serve());
    expect(decodeControl('done', await client.exchange(put('a', 2 * gibibyte), 1))).toEqual({});
    const over = await client.exchange(put('a', 2 * gibibyte + 1), 2);
    expect(decodeControl('error', over).code).toBe('limit-checkpoints');
    const roomy = await openSession(await serve({ limits: { checkpointBytes: Infinity } }));
    expect(decodeControl('done', await roomy.exchange(put('a', 20 * gibibyte), 1))).toEqual({});
    const full = await roomy.exchange(put('a', 20 * gibibyte + 1), 2);
    expect(decodeControl('error', full).code).toBe('limit-checkpoints');
  });

  it('are 128 KiB before the first message', async () => {
    for (const [bytes, close] of [
      [120 * 1024, 4400],
      [140 * 1024, 1006],
    ]) {
      const client = await open(await serve());
      client.socket.send(new Uint8Array(bytes));
      expect(await client.closed, String(bytes)).toBe(close);
    }
  });

  it('are 2²⁶ values a tensor', () => {
    expect(countValues([2 ** 13, 2 ** 13])).toBe(2 ** 26);
    expect(() => countValues([2 ** 13, 2 ** 13 + 1])).toThrow(expect.objectContaining({ code: 'message-oversized' }));
  });
});
