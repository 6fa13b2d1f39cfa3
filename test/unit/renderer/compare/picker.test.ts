import { describe, expect, it } from 'vitest';
import { groupsOf, noPickerFilter, pickRuns, type PickerFilter } from '../../../../renderer/pages/compare/picker.ts';
import { fakeRun } from '../../../support/fake-entries.ts';

const runs = [
  fakeRun(1, { name: 'deprune 4', tags: ['paper'] }),
  fakeRun(2, { name: 'full budget', group: 'figure-8' }),
  fakeRun(3, { name: 'deprune 32', group: 'figure-8', tags: ['paper'] }),
];
const pick = (filter: Partial<PickerFilter>): { numbers: number[]; problem: string | null } => {
  const { runs: found, problem } = pickRuns(runs, { ...noPickerFilter, ...filter });
  return { numbers: found.map(({ number }) => number), problem };
};

describe('runs to choose from', () => {
  it('are found by words in any order, by regular expression, by launch and by tag', () => {
    expect(pick({}).numbers).toEqual([1, 2, 3]);
    expect(pick({ text: '32 deprune' }).numbers).toEqual([3]);
    expect(pick({ text: 'deprune (4|16)\\b|^full', regex: true }).numbers).toEqual([1, 2]);
    expect(pick({ text: '^DEPRUNE', regex: true, group: 'figure-8' }).numbers).toEqual([3]);
    expect(pick({ tag: 'paper', text: '.', regex: true }).numbers).toEqual([1, 3]);
  });

  it('stay while an expression is not finished, with what is wrong with it', () => {
    const { numbers, problem } = pick({ text: 'de(prune', regex: true });
    expect(numbers).toEqual([1, 2, 3]);
    expect(problem).toMatch(/unterminated|unmatched/i);
  });

  it('name what was launched together once', () => {
    expect(groupsOf(runs)).toEqual(['quickstart', 'figure-8']);
  });
});
