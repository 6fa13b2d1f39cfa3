import { describe, expect, it } from 'vitest';
import { localLauncher } from '../../main/processes/run/launcher.ts';
import { resumeRun } from '../../main/runs/life/lifecycle.ts';
import {
  createRun,
  eventsOf,
  execute,
  killLogged,
  logOf,
  outcome,
  stallLogged,
  undisturbed,
} from '../support/network-runs.ts';
import { openTestStore, temporaryFolder } from '../support/run-store.ts';
import { onUnix } from '../support/where.ts';

describe('a run in processes of its own', { timeout: 180_000 }, () => {
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

  it('is the same when its supervisor is killed, and resumed', async () => {
    const home = temporaryFolder();
    const store = openTestStore(home);
    const { id } = createRun(store);
    let launched = '';
    const gone = new Promise((onExit) => {
      launched = localLauncher(home, store).start({ id, server: null, onExit });
    });
    await expect.poll(() => store.steps(id).length, { interval: 5 }).toBeGreaterThan(5);
    process.kill(Number(launched.split(' ')[1]), 'SIGKILL');
    expect(await gone).toBe('SIGKILL');
    expect(openTestStore(home).find(id).status).toBe('interrupted');
    resumeRun(store, id);
    await execute(store, id);
    expect(await outcome(store, id)).toEqual(await undisturbed());
  });
});

describe('several sources', { timeout: 180_000 }, () => {
  it('go on when one of them is killed, which joins them again, and when the server is', async () => {
    const store = openTestStore(temporaryFolder());
    const sources = { count: 3, serverHalf: 'shared' } as const;
    const { id } = createRun(store, { sources, phases: [{ budget: 2, epochs: 8 }], checkpointSteps: 5 });
    const faults = new Map([
      [20, () => killLogged(store, id, 'source-started', 1)],
      [34, () => killLogged(store, id, 'server-started')],
    ]);
    const onStep = (steps: number): void => {
      faults.get(steps)?.();
      faults.delete(steps);
    };
    const { status } = await execute(store, id, { onStep });
    expect(status).toBe('finished');
    expect(faults.size).toBe(0);
    // One that the server took from a source that died before it could say so is recorded as the server knows it.
    for (const source of [0, 1, 2]) {
      const steps = store.steps(id).filter((step) => step.source === source);
      expect(steps.map(({ step }) => step).sort((a, b) => a - b)).toEqual([...Array(16).keys()]);
    }
    expect(store.epochs(id)).toHaveLength(24);
    expect(store.pairs(id).map(({ source }) => source)).toEqual([0, 1, 2]);
    expect(logOf(store, id).find(({ event }) => event === 'source-died')).toMatchObject({ source: 1 });
  });
});
