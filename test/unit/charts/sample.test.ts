import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketed, firstAbove, firstAtLeast } from '../../../main/charts/drawable/sample.ts';

const rising = fc
  .array(fc.tuple(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.double({ min: -1e6, max: 1e6, noNaN: true })), {
    minLength: 1,
    maxLength: 400,
  })
  .map((points) => points.sort(([a], [b]) => a - b))
  .map((points) => ({ x: Float64Array.from(points, ([x]) => x), y: Float64Array.from(points, ([, y]) => y) }));

function pairs(points: Float64Array): [number, number][] {
  return Array.from({ length: points.length / 2 }, (_, i) => [points[2 * i], points[2 * i + 1]]);
}

describe('sampling by buckets', () => {
  it('keeps the extremes and the last point, invents none, and stays in order', () => {
    fc.assert(
      fc.property(rising, fc.integer({ min: 1, max: 20 }), ({ x, y }, buckets) => {
        const { points, total } = bucketed(x, y, buckets);
        const kept = pairs(points);
        const values = kept.map(([, value]) => value);
        expect(total).toBe(x.length);
        expect(Math.max(...values)).toBe(Math.max(...y));
        expect(Math.min(...values)).toBe(Math.min(...y));
        expect(kept.at(-1)).toEqual([x.at(-1), y.at(-1)]);
        expect(kept.length).toBeLessThanOrEqual(Math.max(3 * (buckets + 3), 3 * buckets));
        for (const [i, [at, value]] of kept.entries()) {
          expect(i === 0 || at >= kept[i - 1][0]).toBe(true);
          expect([...x].some((place, k) => place === at && y[k] === value)).toBe(true);
        }
      }),
    );
  });

  it('spends its points by place, not by number', () => {
    // Nine tenths of the points lie in the first tenth of the axis.
    const x = Float64Array.from({ length: 10_000 }, (_, i) => (i < 9000 ? i / 90 : 100 + (i - 9000) * 0.9));
    const kept = pairs(bucketed(x, x, 100).points).filter(([at]) => at < 100);
    expect(kept.length).toBeLessThan(40);
  });

  it('keeps extremes beside gaps', () => {
    // One bucket for the middle: a gap comes before its greatest and its least.
    const x = Float64Array.from({ length: 12 }, (_, i) => i);
    const y = Float64Array.of(0, NaN, 5, NaN, -5, NaN, 1, NaN, NaN, 2, NaN, NaN);
    const values = pairs(bucketed(x, y, 1).points).map(([, value]) => value);
    expect(values).toContain(5);
    expect(values).toContain(-5);
  });

  it('divides a logarithmic axis as it is drawn: each power of ten alike', () => {
    const x = Float64Array.from({ length: 3001 }, (_, i) => 10 ** (i / 1000));
    const kept = pairs(bucketed(x, x, 30, undefined, true).points).map(([at]) => at);
    const inDecade = [0, 1, 2].map((power) => kept.filter((at) => at >= 10 ** power && at < 10 ** (power + 1)).length);
    expect(Math.max(...inDecade) - Math.min(...inDecade)).toBeLessThanOrEqual(3);
  });

  it('counts the points of a range and goes on to the next point on either side', () => {
    const x = Float64Array.from({ length: 100 }, (_, i) => i);
    const { points, shown, total } = bucketed(x, x, 1000, [10.5, 20.5]);
    expect([shown, total]).toEqual([10, 10]);
    expect([points[0], points.at(-1)]).toEqual([10, 21]);
  });

  it('leaves out what a logarithmic axis cannot show', () => {
    const { points, total } = bucketed(
      Float64Array.of(-1, 0, 1, 10),
      Float64Array.of(1, 2, 3, 4),
      100,
      undefined,
      true,
    );
    expect([[...points], total]).toEqual([[1, 3, 10, 4], 2]);
  });

  it('has nothing to show of nothing', () => {
    expect(bucketed(new Float64Array(0), new Float64Array(0), 10).points).toHaveLength(0);
    expect(bucketed(Float64Array.of(1), Float64Array.of(1), 10, [2, 3]).total).toBe(0);
  });
});

it('searches in values that do not fall', () => {
  const values = Float64Array.of(1, 2, 2, 3);
  expect([0, 2, 4].map((bound) => firstAtLeast(values, bound))).toEqual([0, 1, 4]);
  expect([0, 2, 4].map((bound) => firstAbove(values, bound))).toEqual([0, 3, 4]);
});
