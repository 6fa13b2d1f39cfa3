import { describe, expect, it } from 'vitest';
import { launchName, selectRuns } from '../../../../main/runs/store/select.ts';
import { trainedRun } from '../../../support/run-curves.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';

function storeWithLaunches() {
  const store = openTestStore(temporaryFolder());
  const launches = ['figure-8', 'figure-8', 'my own'].map((name, day) => launchName(name, new Date(2026, 0, day + 1)));
  for (const group of launches) {
    for (const name of ['deprune', 'full']) trainedRun(store, { name }, [], { group });
  }
  return store;
}

describe('references to runs', () => {
  it('are ids, numbers, ranges and launches, the last of a name', () => {
    const store = storeWithLaunches();
    const chosen = (...references: string[]) => selectRuns(store, references).map(({ id }) => Number.parseInt(id, 10));
    expect(chosen('4', '0001-deprune')).toEqual([1, 4]);
    expect(chosen('2..4')).toEqual([2, 3, 4]);
    expect(chosen('figure-8')).toEqual([3, 4]);
    expect(chosen('my own', 'latest', '6')).toEqual([5, 6]);
    expect(chosen(launchName('figure-8', new Date(2026, 0, 1)))).toEqual([1, 2]);
  });

  it('that name nothing are errors with the name that was near', () => {
    const store = storeWithLaunches();
    expect(() => selectRuns(store, ['figur-8'])).toThrow(/Did you mean "figure-8"/);
    expect(() => selectRuns(store, ['0004-ful'])).not.toThrow();
    expect(() => selectRuns(store, ['0004-fool'])).toThrow(/Did you mean "0004-full"/);
    expect(() => selectRuns(store, ['7..9'])).toThrow(/no run among 7..9/);
    expect(() => selectRuns(store, ['99'])).toThrow(/no run "99"/);
  });
});
