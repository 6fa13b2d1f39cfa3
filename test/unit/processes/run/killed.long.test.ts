import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { resumeRun } from '../../../../main/runs/life/lifecycle.ts';
import { killHard, openTestStore, startChild, temporaryFolder } from '../../../support/run-store.ts';
import { outcome, plan, stepsPerEpoch, uninterrupted } from '../../../support/toy-runs.ts';
import { executeToy } from '../../../support/toy-training.ts';

describe('executing a run', { timeout: 120_000 }, () => {
  it('ends as if nothing had been when killed and resumed', async () => {
    const home = temporaryFolder();
    const expected = await uninterrupted(openTestStore(home));
    const { id } = openTestStore(home).create(plan, 1);
    for (const steps of [9, 12]) {
      const child = startChild('execute', home, id, '5');
      let seen = 0;
      child.on('message', () => seen++);
      while (seen < steps) await once(child, 'message');
      await killHard(child);
      const store = openTestStore(home);
      expect(store.find(id).status).toBe('interrupted');
      resumeRun(store, id);
    }
    const store = openTestStore(home);
    const resumedAt: number[] = [];
    await executeToy(store, id, { stepsPerEpoch, onStep: (step) => resumedAt.push(step) });
    expect(resumedAt[0]).toBeGreaterThanOrEqual(14);
    expect(await outcome(store, id)).toEqual(expected);
  });
});
