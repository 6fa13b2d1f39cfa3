import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createMedium } from '../../../../main/offload/link/flow.ts';
import { linkPresets, linkSchema } from '../../../../main/offload/link/link.ts';
import { startRelay } from '../../../../main/offload/link/relay.ts';
import { dial, roundTripMs, transferMs } from '../../../support/far-end.ts';
import { closedAfterwards, fast, relayTo } from '../../../support/relays.ts';

/** Milliseconds that a transfer is to take. */
const transferTime = 300;

describe('an emulated link', () => {
  const presets = Object.entries(linkPresets);

  describe.each(presets)('like %s', (_, link) => {
    it.each(['up', 'down'] as const)(
      'has its channel occupied for as long as asked, %s, within 5 percent',
      async (direction) => {
        const size = Math.round(link[direction] * 125 * transferTime);
        const channel = createMedium();
        let occupied = 0;
        const transmit = (start: number, duration: number): number => {
          occupied += duration;
          return channel.transmit(start, duration);
        };
        const relay = await relayTo({ up: link.up, down: link.down }, { medium: { transmit } });
        await transferMs(relay, direction, size);
        // The request is a few bytes, too.
        expect(occupied / transferTime).toBeGreaterThan(0.95);
        expect(occupied / transferTime).toBeLessThan(1.05);
      },
    );
  });

  it('delivers every byte in order under jitter and loss', async () => {
    const relay = await relayTo({ up: 200, down: 200, rttMs: 4, jitterMs: 4, loss: 0.1 }, { seed: 2 });
    const socket = await dial(relay);
    const sent = Buffer.from(Uint32Array.from({ length: 50_000 }, (_, i) => i).buffer);
    socket.write('E');
    socket.end(sent);
    const received = await socket.toArray();
    expect(Buffer.concat(received as Buffer[]).equals(sent)).toBe(true);
    expect(relay.bytes).toEqual({ up: 200_001, down: 200_000 });
  });
});

describe('a broken link', () => {
  it('becomes another one under the connections it carries', async () => {
    const channel = createMedium();
    const occupied: number[] = [];
    const transmit = (start: number, duration: number): number => {
      occupied.push(duration);
      return channel.transmit(start, duration);
    };
    const relay = await relayTo({ up: 800, down: 800 }, { medium: { transmit } });
    const socket = await dial(relay);
    const echo = async (text: string): Promise<number> => {
      occupied.length = 0;
      socket.write(text);
      await once(socket, 'data');
      return occupied.reduce((sum, duration) => sum + duration, 0);
    };
    await echo('E?');
    const before = await echo('?');
    relay.change({ ...fast, up: 8, down: 8 });
    expect((await echo('?')) / before).toBeCloseTo(100, 6);
    socket.destroy();
  });

  it('breaks its connections when cut, and carries new ones', async () => {
    const relay = await relayTo({});
    const socket = await dial(relay);
    socket.write('E?');
    await once(socket, 'data');
    const closed = new Promise((resolve) => socket.on('error', resolve));
    relay.cut();
    expect(await closed).toMatchObject({ code: 'ECONNRESET' });
    expect(await roundTripMs(relay, 1)).toBeGreaterThan(0);
  });

  it('ends a connection whose target is not there', async () => {
    const relay = await startRelay({ target: { host: '127.0.0.1', port: 1 }, link: fast });
    closedAfterwards(relay);
    const socket = connect(relay.port, relay.host);
    await new Promise((resolve) => socket.on('error', resolve).on('close', resolve));
    expect(relay.bytes).toEqual({ up: 0, down: 0 });
  });
});

it('every preset is a valid link', () => {
  for (const preset of Object.values(linkPresets)) expect(linkSchema.parse(preset)).toEqual(preset);
});
