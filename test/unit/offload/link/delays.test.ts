import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { delay, packetsLost } from '../../../../main/offload/link/flow.ts';
import { linkPresets } from '../../../../main/offload/link/link.ts';
import { random, type Random } from '../../../../main/random.ts';

/** A source that draws these numbers by turns. */
function drawing(...values: readonly number[]): Random {
  let next = 0;
  return { ...random(1, 'unused'), uniform: () => values[next++ % values.length] };
}

it('what arrives is late by the delay, and by up to the jitter either way', () => {
  const path = { delayMs: 20, jitterMs: 5 };
  const lateness = [0, 0.25, 0.5, 1].map((value) => delay({ ...path, random: drawing(value) }, false));
  expect(lateness).toEqual([15, 17.5, 20, 25]);
  const draws = random(1, 'jitter');
  const drawn = Array.from({ length: 1000 }, () => delay({ ...path, random: draws }, false));
  expect(Math.min(...drawn)).toBeLessThan(15.1);
  expect(Math.max(...drawn)).toBeGreaterThan(24.9);
});

it('nothing arrives before it was sent', () => {
  expect(delay({ delayMs: 1, jitterMs: 5, random: drawing(0) }, false)).toBe(0);
});

it('what was lost arrives a round trip later', () => {
  expect(delay({ delayMs: 20, jitterMs: 5, random: drawing(0.5) }, true)).toBe(60);
  expect(delay({ delayMs: 1, jitterMs: 5, random: drawing(0) }, true)).toBe(2);
});

it('packets of 1460 bytes are lost by themselves, and what is sent again may be lost again', () => {
  expect(packetsLost(1, { loss: 0.5, random: drawing(0.6) })).toBe(0);
  // One packet, lost twice.
  expect(packetsLost(1460, { loss: 0.5, random: drawing(0.4, 0.4, 0.6) })).toBe(2);
  // Two packets of which the first is lost once.
  expect(packetsLost(1461, { loss: 0.5, random: drawing(0.4, 0.6, 0.6) })).toBe(1);
  expect(packetsLost(1e6, { loss: 0, random: drawing(0) })).toBe(0);
  const many = packetsLost(1460 * 10_000, { loss: 0.2, random: random(1, 'loss') });
  // 1/4 of all: 1/5, a fifth of these, and so on.
  expect(many / 10_000).toBeCloseTo(0.25, 1);
});

it('the presets are as docs/network.md tells them', () => {
  const docs = readFileSync(new URL('../../../../docs/network.md', import.meta.url), 'utf8');
  const told = [...docs.matchAll(/^\| `(\w+)` +\|([\d .|]+)\|$/gm)].map(([, name, cells]) => {
    const [up, down, rttMs, jitterMs, loss] = cells.split('|').map(Number);
    return [name, { up, down, rttMs, jitterMs, loss }] as const;
  });
  expect(Object.fromEntries(told)).toEqual(linkPresets);
});
