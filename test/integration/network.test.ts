import { describe, expect, it } from 'vitest';
import { pauseRun, continueRun, resumeRun } from '../../main/runs/life/lifecycle.ts';
import { createRun, eventsOf, execute, outcome, undisturbed } from '../support/network-runs.ts';
import { openTestStore, temporaryFolder } from '../support/run-store.ts';

describe('a run in processes of its own', { timeout: 180_000 }, () => {
  it('is what it is in one process, bit for bit', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = createRun(store, { link: 'ethernet' });
    await execute(store, id);
    expect(await outcome(store, id)).toEqual(await undisturbed());
    const [step] = store.steps(id);
    expect(step.wireUp).toBeGreaterThan(step.bytesUp);
    expect(eventsOf(store, id)).not.toContain('source-died');
  });

  it('is the same when it is paused, stopped and resumed', async () => {
    const home = temporaryFolder();
    const [ours, theirs] = [openTestStore(home), openTestStore(home)];
    const { id } = createRun(ours);
    const stop = new AbortController();
    const onStep = (steps: number): void => {
      if (steps === 3) pauseRun(theirs, id);
      if (steps === 9) stop.abort();
    };
    const running = execute(ours, id, { onStep, signal: stop.signal });
    await expect.poll(() => theirs.find(id).status, { timeout: 20_000 }).toMatch(/paused|stopped/);
    if (theirs.find(id).status === 'paused') continueRun(theirs, id);
    expect((await running).status).toBe('stopped');
    resumeRun(ours, id);
    await execute(ours, id);
    expect(await outcome(ours, id)).toEqual(await undisturbed());
  });
});
