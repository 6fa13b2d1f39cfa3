import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differingSettings, formatSetting } from '../../../main/charts/differing.ts';
import { interpolatedAt, paretoFront, valueAt } from '../../../main/charts/drawable/numbers.ts';
import { lookOf, palettes } from '../../../main/charts/drawing/palette.ts';
import { clockInterval, labelledTicks, logarithmicTicks } from '../../../main/charts/ticks.ts';

const line = { x: Float64Array.of(10, 20, 30), y: Float64Array.of(0.1, NaN, 0.3) };

it('a value at a place is the last one reached by then', () => {
  expect([5, 10, 25, 99].map((place) => valueAt(line, place))).toEqual([NaN, 0.1, 0.1, 0.3]);
});

it('a value between points lies between them', () => {
  const straight = { x: Float64Array.of(0, 10), y: Float64Array.of(0, 1) };
  expect([0, 4, 10, 11].map((place) => interpolatedAt(straight, place))).toEqual([0, 0.4, 1, NaN]);
});

it('nothing beats a point of the Pareto front, and everything else is beaten', () => {
  const points = fc.array(fc.record({ cost: fc.nat(20), gain: fc.nat(20) }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(points, (all) => {
      const front = paretoFront(all);
      const beats = (a: { cost: number; gain: number }, b: { cost: number; gain: number }): boolean =>
        a.cost <= b.cost && a.gain >= b.gain && (a.cost < b.cost || a.gain > b.gain);
      for (const point of all) {
        const isEqual = front.some(({ cost, gain }) => cost === point.cost && gain === point.gain);
        expect(isEqual).toBe(!all.some((other) => beats(other, point)));
      }
    }),
  );
});

describe('ticks', () => {
  it('of a logarithmic axis enclose the values', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        (least, by) => {
          const ticks = logarithmicTicks(least, least * by);
          expect(ticks[0]).toBeLessThanOrEqual(least);
          expect(ticks.at(-1)).toBeGreaterThanOrEqual(least * by);
          expect(labelledTicks(ticks).length).toBeGreaterThan(1);
        },
      ),
    );
    expect(logarithmicTicks(3, 40)).toEqual([2, 5, 10, 20, 50]);
    expect(labelledTicks(logarithmicTicks(3, 4000))).toEqual([10, 100, 1000]);
  });

  it('of a clock are whole minutes and hours', () => {
    expect([5, 60, 400, 7200].map(clockInterval)).toEqual([1, 10, 120, 1800]);
  });
});

it('49 lines differ in colour or dashes', () => {
  const looks = Array.from({ length: 49 }, (_, i) => JSON.stringify(lookOf(i, palettes.light, 1)));
  expect(new Set(looks).size).toBe(49);
});

it('settings that differ are told by their paths, names left out', () => {
  const experiment = (budget: number, name: string) => ({
    name,
    gate: { delta: 0.01 * budget, lambda: 1 },
    phases: [{ budget, epochs: 3 }],
    // What one has not and the other has not set is the same.
    ...(budget === 4 ? { split: null } : {}),
  });
  const differing = differingSettings([experiment(4, 'a'), experiment(8, 'b')]);
  expect(differing.map(({ path }) => path)).toEqual(['gate.delta', 'phases']);
  expect(differing[1].values.map(formatSetting)).toEqual(['4 × 3', '8 × 3']);
});
