import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignLooks, lookOfColour } from '../../../../renderer/pages/compare/assign-looks.ts';

const training = (id: string, family = id): { id: string; family: string } => ({ id, family });
const seeds = [training('a/0', 'a'), training('b/0', 'b'), training('a/1', 'a'), training('c/0', 'c')];

describe('looks', () => {
  it('are shared by seeds together, and their own apart; the first seed keeps its own', () => {
    expect(assignLooks(seeds, true, {})).toEqual({ 'a/0': 0, 'a/1': 0, 'b/0': 1, 'c/0': 2 });
    expect(assignLooks(seeds, false, {})).toEqual({ 'a/0': 0, 'a/1': 3, 'b/0': 1, 'c/0': 2 });
  });

  it('stay what they were when runs come and go', () => {
    const before = assignLooks(seeds, true, {});
    const after = assignLooks([training('d/0'), ...seeds.slice(1, 2), ...seeds.slice(3)], true, before);
    expect(after).toEqual({ 'b/0': 1, 'c/0': 2, 'd/0': 0 });
  });

  it('differ from line to line, whatever was kept', () => {
    const ids = fc.uniqueArray(fc.nat(60), { maxLength: 40 });
    const kept = fc.dictionary(
      fc.nat(60).map((i) => `${i}/0`),
      fc.nat(12),
    );
    fc.assert(
      fc.property(ids, kept, (numbers, before) => {
        const looks = Object.values(
          assignLooks(
            numbers.map((i) => training(`${i}/0`)),
            true,
            before,
          ),
        );
        expect(looks).toHaveLength(numbers.length);
        expect(new Set(looks).size).toBe(numbers.length);
      }),
    );
  });

  it('of a colour that is taken have other dashes', () => {
    expect(lookOfColour(1, { 'a/0': 0, 'b/0': 1 }, 'a/0')).toBe(8);
    expect(lookOfColour(1, { 'a/0': 0, 'b/0': 1 }, 'b/0')).toBe(1);
  });
});
