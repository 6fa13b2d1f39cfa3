import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { random, type Random } from '../../main/random.ts';
import { resetDeprune } from '../../main/training/methods/deprune.ts';
import { resetPrune } from '../../main/training/methods/prune.ts';
import { floats, readCase } from './case.ts';

const folder = join(import.meta.dirname, 'cases');
const resets = { deprune: resetDeprune, prune: resetPrune };

interface RecordedReset {
  readonly file: string;
  readonly method: keyof typeof resets;
  readonly step: number;
  readonly before: Float32Array;
  readonly after: Float32Array;
}

const recorded: RecordedReset[] = [];
for (const file of readdirSync(folder)) {
  const { method, resets: drawn, tensors } = await readCase(join(folder, file));
  for (const [step, after] of drawn) {
    recorded.push({ file, method, step, before: floats(tensors, `step${step - 1}/gate_after`), after });
  }
}

/** Values that neither opened nor closed a gate were drawn. */
const drawnIn = (after: Float32Array): number[] => [...after].filter((value) => Math.abs(value) !== 15);

/** A source that draws these shares of its range, one after the other. */
function drawing(shares: readonly number[]): Random {
  let next = 0;
  return { ...random(1, 'unused'), uniform: () => shares[next++] };
}

describe('the resets of the published code', () => {
  it('were recorded', () => {
    expect(recorded.map(({ method }) => method).sort()).toEqual([
      ...Array<string>(5).fill('deprune'),
      'prune',
      'prune',
    ]);
  });

  it.each(recorded)('draw, open and close the maps of $file before step $step', ({ method, before, after }) => {
    const shares = drawnIn(after).map((value) => value / 3);
    expect([...resets[method](before, drawing(shares))]).toEqual([...after]);
  });

  it('draw from the range of the recorded values', () => {
    const all = recorded.flatMap(({ after }) => drawnIn(after));
    const [least, most] = [Math.min(...all), Math.max(...all)];
    // As many values drawn at random reach nearly as far as their range.
    expect(all.length).toBeGreaterThan(35);
    for (const [method, closed] of [
      ['deprune', -5],
      ['prune', 5],
    ] as const) {
      const own = resets[method](new Float32Array(10_000).fill(closed), random(1, 'range'));
      expect(Math.min(...own)).toBeLessThan(least);
      expect(Math.max(...own)).toBeGreaterThan(most);
      expect([...own].every((value) => value >= 0 && value < 3)).toBe(true);
    }
    expect(least).toBeGreaterThanOrEqual(0);
    expect(most).toBeGreaterThan(2.85);
    expect(most).toBeLessThan(3);
  });

  it('have their thresholds between the recorded values beside them', () => {
    const drawnAt = (method: keyof typeof resets): [before: number, drawn: boolean][] =>
      recorded
        .filter((each) => each.method === method)
        .flatMap(({ before, after }) =>
          [...before].map((value, map) => [value, Math.abs(after[map]) !== 15] as [number, boolean]),
        );
    const beside = (method: keyof typeof resets, lowDrawn: boolean): number[] => [
      Math.max(...drawnAt(method).flatMap(([value, drawn]) => (drawn === lowDrawn ? [value] : []))),
      Math.min(...drawnAt(method).flatMap(([value, drawn]) => (drawn === lowDrawn ? [] : [value]))),
    ];
    const [below, above] = beside('deprune', true);
    expect([below, above].map((value) => value.toFixed(3))).toEqual(['0.890', '0.962']);
    const [closed, open] = beside('prune', false);
    expect([closed, open].map((value) => value.toFixed(3))).toEqual(['0.097', '0.348']);
  });

  it.each([
    ['deprune', [0.89, 0.899_999, 0.900_001, 0.91], [1.5, 1.5, 15, 15]],
    ['prune', [0.09, 0.099_999, 0.100_001, 0.11], [-15, -15, 1.5, 1.5]],
  ] as const)('of %s part at their threshold', (method, before, after) => {
    const half = { ...random(1, 'unused'), uniform: () => 0.5 };
    expect([...resets[method](Float32Array.from(before), half)]).toEqual(after);
  });
});
