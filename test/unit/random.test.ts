import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { random, shuffle } from '../../main/random.ts';

describe('a stream of random numbers', () => {
  const draw = (seed: number, ...keys: (number | string)[]): number[] => {
    const source = random(seed, ...keys);
    return Array.from({ length: 8 }, () => source.uniform());
  };

  it('depends on its seed and its purpose', () => {
    expect(draw(1, 'a', 2)).toEqual(draw(1, 'a', 2));
    const streams = [draw(1, 'a', 2), draw(2, 'a', 2), draw(1, 'b', 2), draw(1, 'a', 3), draw(1, 'a')];
    expect(new Set(streams.map(String)).size).toBe(streams.length);
  });

  it('is uniform on [0, 1), normal, or an integer below n', () => {
    const source = random(1, 'test');
    const mean = (values: number[]): number => values.reduce((a, b) => a + b) / values.length;
    const many = (next: () => number): number[] => Array.from({ length: 20_000 }, next);
    const uniform = many(() => source.uniform());
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    expect(mean(uniform)).toBeCloseTo(0.5, 1);
    const normal = many(() => source.normal());
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(mean(normal.map((value) => value * value))).toBeCloseTo(1, 1);
    expect(new Set(many(() => source.integer(3)))).toEqual(new Set([0, 1, 2]));
  });

  it('fills an array with the numbers of so many calls, and goes on after them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffffffff }),
        fc.nat(50),
        fc.double({ min: 0, max: 10 }),
        (seed, n, bound) => {
          const [one, many] = [random(seed, 'test'), random(seed, 'test')];
          const values = new Float32Array(n);
          many.fillUniform(values, bound);
          expect(Array.from(values)).toEqual(Array.from(values, () => Math.fround((2 * one.uniform() - 1) * bound)));
          expect(many.uniform()).toBe(one.uniform());
        },
      ),
    );
  });
});

describe('shuffle', () => {
  it('puts every item somewhere, by seed', () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = shuffle([...items], random(1, 'test'));
    expect(shuffled).not.toEqual(items);
    expect(shuffled).toEqual(shuffle([...items], random(1, 'test')));
    expect(shuffled.toSorted((a, b) => a - b)).toEqual(items);
  });
});
