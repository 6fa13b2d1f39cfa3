import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classShares, stratifiedSubset } from '../../../main/data/subset.ts';

describe('class shares', () => {
  it('add up, differ from the exact share by less than one, and never exceed a class', () => {
    const cases = fc
      .array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 20 })
      .filter((counts) => counts.some((count) => count > 0))
      .chain((counts) => {
        const total = counts.reduce((a, b) => a + b);
        return fc.record({
          counts: fc.constant(counts),
          total: fc.constant(total),
          samples: fc.integer({ min: 0, max: total }),
        });
      });
    fc.assert(
      fc.property(cases, ({ counts, total, samples }) => {
        const shares = classShares(counts, samples);
        expect(shares.reduce((a, b) => a + b)).toBe(samples);
        shares.forEach((share, i) => {
          expect(Math.abs(share - (counts[i] * samples) / total)).toBeLessThan(1);
          expect(share).toBeLessThanOrEqual(counts[i]);
        });
      }),
    );
  });
});

describe('a stratified subset', () => {
  const labels = Uint16Array.from({ length: 1000 }, (_, i) => (i * 7) % 10);
  const draw = (samples: number, seed: number, part = 'train'): number[] => [
    ...stratifiedSubset(labels, 10, samples, seed, part),
  ];

  it('has every class by its share, each sample once, in order', () => {
    const ids = draw(200, 1);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    for (let label = 0; label < 10; label++) expect(ids.filter((id) => labels[id] === label)).toHaveLength(20);
  });

  it('follows from seed and part', () => {
    expect(draw(200, 1)).toEqual(draw(200, 1));
    expect(draw(200, 2)).not.toEqual(draw(200, 1));
    expect(draw(200, 1, 'test')).not.toEqual(draw(200, 1));
    expect(draw(1000, 1)).toEqual([...labels.keys()]);
  });

  it('draws every class by itself: no two have the same places', () => {
    const inTurn = Uint16Array.from({ length: 1000 }, (_, i) => i % 10);
    const ids = [...stratifiedSubset(inTurn, 10, 200, 1, 'train')];
    const places = Array.from({ length: 10 }, (_, label) =>
      ids
        .filter((id) => id % 10 === label)
        .map((id) => Math.floor(id / 10))
        .join(),
    );
    expect(new Set(places).size).toBe(10);
  });

  it('holds every smaller one', () => {
    const large = new Set(draw(500, 3));
    expect(draw(100, 3).every((id) => large.has(id))).toBe(true);
  });
});
