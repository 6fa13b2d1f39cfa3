import { expect, it } from 'vitest';
import { dryRunLines, sweepFrom } from '../../../main/cli/sweep.ts';
import { experimentsOf } from '../../../main/runs/sweep/points.ts';
import { useHome } from '../../support/datasets.ts';
import { epochRecord } from '../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../support/run-store.ts';

it('a sweep is read from the command line as it is written in a file', () => {
  expect(sweepFrom(['lr=0.01,0.1', 'phases[0].budget=4..8 log'], { random: 3, sweepSeed: 7 })).toEqual({
    kind: 'random',
    runs: 3,
    seed: 7,
    settings: { lr: [0.01, 0.1], 'phases[0].budget': { from: 4, to: 8, scale: 'log' } },
  });
  expect(sweepFrom(undefined, {})).toBeUndefined();
  for (const text of ['lr', '=1', 'lr=']) {
    expect(() => sweepFrom([text], {})).toThrow(`--sweep is "${text}": expected path=values`);
  }
});

it('a dry run lists what would be trained, adds it up, and makes nothing', () => {
  useHome();
  const store = openTestStore(temporaryFolder());
  const experiments = experimentsOf({ seeds: [1, 2], sweep: { settings: { lr: [0.01, 0.1] } } });
  expect(dryRunLines(store, experiments).at(-1)).toBe(
    '4 runs, 1.65 GB, for a time that is not known until one has run. Nothing was started.',
  );
  expect(store.list()).toEqual([]);
  const { id } = store.create(experiments[0], 1);
  store.setStatus(id, 'running');
  store.append(id, [epochRecord(0, { seconds: 60 })]);
  const [title, first, second, , all] = dryRunLines(store, experiments);
  expect(title).toMatch(/^experiment +seeds +bytes a run +time a run$/);
  expect(first).toMatch(/^deprune, lr=0.01 +1, 2 +412 MB +\d+ min$/);
  expect(second).toMatch(/^deprune, lr=0.1 +1, 2 +412 MB/);
  expect(all).toMatch(/^4 runs, 1.65 GB, about \d+ min\. Nothing was started\.$/);
  expect(() => dryRunLines(store, experimentsOf({ sweep: { settings: { 'phases[0].budget': [4, 500] } } }))).toThrow(
    'Experiment "deprune, phases[0].budget=500": phases.0.budget is 500: expected at most 128',
  );
});
