import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { smooth } from '../../../main/charts/drawable/smooth.ts';

describe('the debiased moving average', () => {
  it('begins at the first value and weighs the newest least where the weight is large', () => {
    const smoothed = smooth(Float64Array.of(1, 3), 0.5);
    expect(smoothed[0]).toBeCloseTo(1);
    // (0.5·0.5·1 + 0.5·3) / (1 − 0.25)
    expect(smoothed[1]).toBeCloseTo(1.75 / 0.75);
  });

  it('stays within what was measured', () => {
    const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 0.999, noNaN: true }), (list, weight) => {
        const y = Float64Array.from(list);
        for (const value of smooth(y, weight)) {
          expect(value).toBeGreaterThanOrEqual(Math.min(...y) - 1e-6);
          expect(value).toBeLessThanOrEqual(Math.max(...y) + 1e-6);
        }
      }),
    );
  });

  it('passes over gaps and leaves a constant alone', () => {
    const [, gap, after] = smooth(Float64Array.of(2, NaN, 2, 4), 0.9);
    expect(gap).toBeNaN();
    expect(after).toBeCloseTo(2);
    const constant = Float64Array.of(3, 3, 3);
    expect(smooth(constant, 0.9)).toBe(constant);
    expect(smooth(Float64Array.of(1, 2), 0)).toEqual(Float64Array.of(1, 2));
  });
});
