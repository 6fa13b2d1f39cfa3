import { describe, expect, it } from 'vitest';
import { startRunProcess } from '../../main/processes/run/start.ts';
import { pauseRun, continueRun, resumeRun } from '../../main/runs/life/lifecycle.ts';
import {
  createRun,
  eventsOf,
  execute,
  killLogged,
  outcome,
  stallLogged,
  undisturbed,
} from '../support/network-runs.ts';
import { openTestStore, temporaryFolder } from '../support/run-store.ts';
import { onUnix } from '../support/where.ts';

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

  it('is the same when source, server and network are killed under way', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = createRun(store, { link: 'ethernet' });
    const faults = new Map([
      [2, () => killLogged(store, id, 'source-started', 0)],
      [7, () => killLogged(store, id, 'server-started')],
      [9, () => killLogged(store, id, 'links-started')],
      [11, () => killLogged(store, id, 'source-started', 0)],
    ]);
    const onStep = (steps: number): void => {
      faults.get(steps)?.();
      faults.delete(steps);
    };
    await execute(store, id, { onStep });
    expect(faults.size).toBe(0);
    expect(await outcome(store, id)).toEqual(await undisturbed());
    expect(new Set(eventsOf(store, id).filter((event) => event.endsWith('-died')))).toEqual(
      new Set(['source-died', 'server-died', 'links-died']),
    );
  });

  onUnix.it('is the same when source, network and server stand still for a while', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = createRun(store, { link: 'wifi6' });
    const faults = new Map([
      [3, () => stallLogged(store, id, 'source-started', 0)],
      [6, () => stallLogged(store, id, 'links-started')],
      [10, () => stallLogged(store, id, 'server-started')],
    ]);
    const onStep = (steps: number): void => {
      faults.get(steps)?.();
      faults.delete(steps);
    };
    await execute(store, id, { onStep });
    expect(faults.size).toBe(0);
    expect(await outcome(store, id)).toEqual(await undisturbed());
  });

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

  it('is the same when its supervisor is killed, and resumed', async () => {
    const home = temporaryFolder();
    const store = openTestStore(home);
    const { id } = createRun(store);
    const first = startRunProcess({
      home,
      id,
      onEvent: (event) => {
        if (event.kind === 'progress' && event.stepsDone === 6) first.kill();
      },
    });
    await expect(first.ended).rejects.toMatchObject({ code: 'run-died' });
    expect(openTestStore(home).find(id).status).toBe('interrupted');
    resumeRun(store, id);
    await execute(store, id);
    expect(await outcome(store, id)).toEqual(await undisturbed());
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
