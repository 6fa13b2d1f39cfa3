import { describe, expect, it } from 'vitest';
import { createRun, execute, outcome, undisturbed } from '../support/network-runs.ts';
import { openTestStore, temporaryFolder } from '../support/run-store.ts';

describe('a run in processes of its own', { timeout: 180_000 }, () => {
  it('is slower on a device that has a share of a core, by about that share', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = createRun(store, { sources: { cpuShare: 0.1 } });
    await execute(store, id);
    expect(await outcome(store, id)).toEqual(await undisturbed());
    // Computing takes longer than its processor time where the machine is busy: then the device has to wait less.
    const stretch = store
      .steps(id)
      .map(({ clientSeconds, waitSeconds }) => (clientSeconds + waitSeconds) / clientSeconds)
      .sort((a, b) => a - b);
    expect(stretch[stretch.length >> 1]).toBeGreaterThan(1.5);
    expect(stretch[stretch.length >> 1]).toBeLessThan(20);
  });
});
