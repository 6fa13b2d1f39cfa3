import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { executeInTurn } from '../../../main/cli/execute.ts';
import type { ExperimentInput } from '../../../main/runs/experiment/experiment.ts';
import { resumeRun, stopRun } from '../../../main/runs/life/lifecycle.ts';
import { lockRun } from '../../../main/runs/life/lock.ts';
import { openTestStore, temporaryFolder } from '../../support/run-store.ts';
import { createRun } from '../../support/network-runs.ts';
import { temporaryHome } from '../../support/home.ts';

temporaryHome();
const said: string[] = [];

beforeEach(() => {
  said.length = 0;
  const hear = (text: unknown): boolean => said.push(String(text)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(hear);
  vi.spyOn(process.stderr, 'write').mockImplementation(hear);
});

afterEach(() => void vi.restoreAllMocks());

const quick: ExperimentInput = {
  processes: 'one',
  phases: [{ budget: 2, epochs: 1 }],
  dataset: { trainSamples: 16, testSamples: 4 },
};

describe('runs one after the other', () => {
  it('all begin, and the exit code is that of the one that failed, though it was not the last', async () => {
    const store = openTestStore(temporaryFolder());
    const runs = [createRun(store, { ...quick, dataset: { name: 'cifar10' } }), createRun(store, quick)];
    expect(await executeInTurn(store, runs, {})).toBe(2);
    expect(runs.map(({ id }) => store.get(id).status)).toEqual(['failed', 'finished']);
    expect(said.join('')).toMatch(/error: Data set "cifar10" is not here yet/);
  });

  it('are counted, and those that were stopped meanwhile are passed over', async () => {
    const store = openTestStore(temporaryFolder());
    const runs = [1, 2, 3].map(() => createRun(store, quick));
    stopRun(store, runs[1].id);
    expect(await executeInTurn(store, runs, {})).toBe(0);
    expect(runs.map(({ id }) => store.get(id).status)).toEqual(['finished', 'stopped', 'finished']);
    expect(said.join('')).toMatch(/Run 1 of 3\n[^]*Run 3 of 3, about .* left\n/);
    expect(said.join('')).not.toContain('Run 2 of 3');
  });

  it('are nobody’s any more when the terminal is interrupted, so that none waits for it for ever', async () => {
    const store = openTestStore(temporaryFolder());
    const runs = [1, 2, 3].map(() => createRun(store, quick));
    const code = executeInTurn(store, runs, {});
    store.enqueue(runs[2].id);
    process.emit('SIGTERM');
    expect(await code).toBe(130);
    expect(runs.map(({ id }) => store.get(id).status)).toEqual(['stopped', 'stopped', 'queued']);
  });

  it('are not begun once another has taken them up', async () => {
    const store = openTestStore(temporaryFolder());
    const runs = [createRun(store, quick), createRun(store, quick)];
    const code = executeInTurn(store, runs, {});
    resumeRun(store, runs[1].id);
    store.enqueue(runs[1].id);
    expect(await code).toBe(0);
    expect(runs.map(({ id }) => store.get(id).status)).toEqual(['finished', 'queued']);
    expect(store.queue()).toMatchObject([{ id: runs[1].id }]);
  });

  it('say when another trains at the same time, as their times cannot be compared', async () => {
    const store = openTestStore(temporaryFolder());
    const [run, other] = [createRun(store, quick), createRun(store, quick)];
    const lock = lockRun(store.folder(other.id), 0);
    store.setStatus(other.id, 'running');
    expect(await executeInTurn(store, [run], {})).toBe(0);
    expect(said.join('')).toContain('Run 1 trains beside run 2: their times and samples per second cannot be compared');
    lock?.release();
  });

  it('stay queued when the server elsewhere is to blame, as it would keep the next one, too', async () => {
    const store = openTestStore(temporaryFolder());
    const runs = [createRun(store), createRun(store)];
    const offload = { url: 'ws://127.0.0.1:1', token: 'of nobody' };
    expect(await executeInTurn(store, runs, { offload, retrySeconds: 0.1 })).toBe(1);
    expect(runs.map(({ id }) => store.get(id).status)).toEqual(['failed', 'queued']);
    expect(said.join('')).toMatch(/error: Cannot reach ws:\/\/127\.0\.0\.1:1/);
  });
});
