import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createRuns } from '../../../../main/runs/life/lifecycle.ts';
import { experiment } from '../../../support/run-records.ts';
import { killHard, openTestStore, startChild, temporaryFolder } from '../../../support/run-store.ts';

describe('records in the store', { timeout: 120_000 }, () => {
  it('written by several processes at once all arrive, and a kill -9 leaves whole batches', async () => {
    const home = temporaryFolder();
    const store = openTestStore(home);
    const runs = await createRuns(store, [experiment({ seeds: [1, 2] })], 'both');
    const committed = [0, 0];
    const children = runs.map(({ id }, i) => {
      const child = startChild('append', home, id);
      child.on('message', (batch) => (committed[i] = Number(batch) + 1));
      return child;
    });
    await Promise.all(children.map((child) => once(child, 'message')));
    await setTimeout(150);
    await Promise.all(children.map(killHard));
    const reopened = openTestStore(home);
    runs.forEach(({ id }, i) => {
      const steps = reopened.steps(id);
      expect(steps.length % 10).toBe(0);
      expect(steps.length).toBeGreaterThanOrEqual(10 * committed[i]);
      expect(steps.map(({ step }) => step)).toEqual(steps.map((_, step) => step));
    });
  });
});

describe('opening the store', { timeout: 120_000 }, () => {
  it('works for many processes at once on a new home', async () => {
    const home = temporaryFolder();
    const children = [1, 2, 3].map(() => startChild('create', home));
    await Promise.all(children.map((child) => once(child, 'exit')));
    expect(children.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    expect(
      openTestStore(home)
        .list()
        .map(({ id }) => id),
    ).toEqual(['0001-deprune', '0002-deprune', '0003-deprune']);
  });
});
