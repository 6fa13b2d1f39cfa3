import { describe, expect, it } from 'vitest';
import { createMedium } from '../../main/offload/link/flow.ts';
import { linkPresets } from '../../main/offload/link/link.ts';
import { roundTripMs, transferMs } from '../support/far-end.ts';
import { relayTo } from '../support/relays.ts';

/** Milliseconds that a transfer is to take. */
const transferTime = 300;

/** Repeats a measurement that a busy machine may disturb; the emulation itself never comes near by luck. */
async function expectWithin(share: number, expected: number, measure: () => Promise<number>): Promise<void> {
  let measured = 0;
  for (let attempt = 0; attempt < 8; attempt++) {
    measured = await measure();
    if (Math.abs(measured / expected - 1) <= share) return;
  }
  expect(measured / expected).toBeCloseTo(1, 2);
}

describe('an emulated link', () => {
  const presets = Object.entries(linkPresets);
  const directions = ['up', 'down'] as const;

  describe.each(presets)('like %s', (_, { rttMs }) => {
    it('has the round-trip time asked for, within 5 percent or a tenth of a millisecond', async () => {
      const relay = await relayTo({ rttMs });
      await expectWithin(Math.max(0.05, 0.1 / rttMs), rttMs, () =>
        roundTripMs(relay, Math.max(4, Math.round(200 / rttMs))),
      );
    });
  });

  const slowEnough = presets.filter(([, { up, down }]) => up + down < 100);
  describe.each(slowEnough)('like %s', (_, { up, down }) => {
    it.each(directions)('has the bandwidth asked for, %s, within 5 percent', async (direction) => {
      const relay = await relayTo({ up, down });
      const size = Math.round({ up, down }[direction] * 125 * transferTime);
      await expectWithin(0.05, transferTime, () => transferMs(relay, direction, size));
    });
  });

  it('pays for lost packets with bandwidth', async () => {
    const relay = await relayTo({ up: 40, loss: 0.2 }, { seed: 1 });
    await expectWithin(0.1, 200 / 0.8, () => transferMs(relay, 'up', 1e6));
  });
});

describe('a shared medium', () => {
  it('is one channel for all connections, relays and directions, shared fairly', async () => {
    const medium = createMedium();
    const [a, b] = [await relayTo({ up: 40, down: 40 }, { medium }), await relayTo({ up: 40, down: 40 }, { medium })];
    let times: number[] = [];
    await expectWithin(0.05, 400, async () => {
      times = await Promise.all([
        transferMs(a, 'up', 5e5),
        transferMs(a, 'down', 5e5),
        transferMs(b, 'up', 5e5),
        transferMs(b, 'down', 5e5),
      ]);
      return Math.max(...times);
    });
    expect(Math.min(...times)).toBeGreaterThan(250);
  });
});
