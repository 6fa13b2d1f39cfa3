import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { panned, selected, zoomed } from '../../../../renderer/charts/zoom.ts';

const full = [0, 100] as const;

describe('zooming', () => {
  it('keeps the place under the pointer where it is', () => {
    expect(zoomed(full, full, 0.5, 20, false)).toEqual([10, 60]);
    const [from, to] = zoomed([1, 10_000], [1, 10_000], 0.5, 100, true)!;
    expect(from).toBeCloseTo(10);
    expect(to).toBeCloseTo(1000);
  });

  it('out as far as everything is none', () => {
    expect(zoomed([10, 60], full, 4, 30, false)).toBeNull();
  });

  it('never leaves what there is', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 5, noNaN: true }),
        fc.double({ min: 10, max: 60, noNaN: true }),
        (factor, at) => {
          const range = zoomed([10, 60], full, factor, at, false) ?? full;
          expect(range[0]).toBeGreaterThanOrEqual(0);
          expect(range[1]).toBeLessThanOrEqual(100);
          expect(range[1]).toBeGreaterThan(range[0]);
        },
      ),
    );
  });

  it('moves sideways up to the ends', () => {
    expect(panned([10, 30], full, 0.5, false)).toEqual([20, 40]);
    expect(panned([10, 30], full, -2, false)).toEqual([0, 20]);
    expect(panned([85, 95], full, 4, false)).toEqual([90, 100]);
  });

  it('takes what was dragged over in either direction', () => {
    expect(selected(40, 20, full)).toEqual([20, 40]);
    expect(selected(-5, 20, full)).toEqual([0, 20]);
    expect(selected(120, 140, full)).toBeNull();
  });
});
