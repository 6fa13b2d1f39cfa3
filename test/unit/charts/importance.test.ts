import { describe, expect, it } from 'vitest';
import { importanceOf, type Importance, type Trial } from '../../../main/charts/importance.ts';
import { random } from '../../../main/random.ts';

function known(found: ReturnType<typeof importanceOf>): Importance {
  if ('tooFew' in found) throw new Error(found.tooFew);
  return found;
}

describe('the importance of settings', () => {
  it('in a full grid is the share of the variance that each explains, by hand', () => {
    // y = 2a + b over a ∈ {0, 1}, b ∈ {0, 1, 2}, and ±1 by the seed: SS(a) = 12, SS(b) = 8, SS(total) = 32.
    const trials = [0, 1].flatMap((a) =>
      [0, 1, 2].flatMap((b) => [-1, 1].map((seed): Trial => ({ values: [a, `b${b}`], result: 2 * a + b + seed }))),
    );
    const found = known(importanceOf(['a', 'b'], trials));
    expect(found).toMatchObject({ method: 'anova', runs: 12 });
    expect(found.shares[0]).toBeCloseTo(12 / 32, 10);
    expect(found.shares[1]).toBeCloseTo(8 / 32, 10);
    expect(found.rest).toBeCloseTo(12 / 32, 10);
  });

  it('finds in random runs what decides, how much of it is interaction, and gives what does nothing next to nothing', () => {
    const source = random(7, 'test');
    const trials = Array.from({ length: 120 }, (): Trial => {
      const [a, b, c] = [source.uniform(), source.uniform(), source.uniform()];
      return { values: [a, b, c], result: 10 * a + 3 * b };
    });
    const found = known(importanceOf(['a', 'b', 'c'], trials));
    expect(found.method).toBe('forest');
    // Of a linear function the shares are as the squares of the slopes: 100 / 109 and 9 / 109.
    expect(found.shares[0]).toBeGreaterThan(0.8);
    expect(found.shares[1]).toBeGreaterThan(0.03);
    expect(found.shares[1]).toBeLessThan(0.15);
    expect(found.shares[2]).toBeLessThan(0.02);
    expect(importanceOf(['a', 'b', 'c'], trials)).toEqual(found);

    const crossed = trials.map(({ values }) => ({
      values,
      result: ((values[0] as number) - 0.5) * ((values[1] as number) - 0.5),
    }));
    expect(known(importanceOf(['a', 'b', 'c'], crossed)).rest).toBeGreaterThan(0.5);
  });

  it('is not told where there is too little to tell it from', () => {
    const grid = (levels: number, seeds: number): Trial[] =>
      Array.from({ length: levels * seeds }, (_, i) => ({ values: [i % levels], result: i }));
    expect(importanceOf(['a'], grid(4, 1))).toEqual({
      tooFew: '4 finished runs are too few to tell what matters: 5 are needed.',
    });
    expect(importanceOf(['a'], grid(4, 2))).toMatchObject({ method: 'anova' });
    expect(importanceOf(['a'], [...grid(4, 2), { values: [0], result: 3 }])).toMatchObject({
      tooFew: expect.stringContaining('10 are needed') as string,
    });
    expect(importanceOf([], grid(4, 2))).toMatchObject({ tooFew: 'The runs differ in no setting.' });
    const failed = grid(4, 2).map((trial) => ({ ...trial, result: NaN }));
    expect(importanceOf(['a'], failed)).toMatchObject({ tooFew: expect.stringContaining('0 finished runs') as string });
    const same = grid(4, 2).map((trial) => ({ ...trial, result: 1 }));
    expect(importanceOf(['a'], same)).toMatchObject({ tooFew: 'All runs came to the same result.' });
  });
});
