import { describe, expect, it } from 'vitest';
import { deleteRuns } from '../../../main/lab/runs/delete-runs.ts';
import { localLauncher } from '../../../main/processes/run/launcher.ts';
import { lockRun } from '../../../main/runs/life/lock.ts';
import { experiment } from '../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../support/run-store.ts';

/** A store with a run that ended, one that is executed and one that waits. */
function threeRuns() {
  const home = temporaryFolder();
  const store = openTestStore(home);
  const [ended, running, waiting] = [1, 2, 3].map((seed) => store.create(experiment(), seed).id);
  store.setStatus(ended, 'running');
  store.setStatus(ended, 'finished');
  const lock = lockRun(store.folder(running), 0)!;
  store.setStatus(running, 'running');
  return { store, launcher: localLauncher(home, store), ended, running, waiting, lock };
}

describe('runs that are to be deleted', () => {
  it('are stopped first, and are gone when their processes have let go', async () => {
    const { store, launcher, ended, running, waiting, lock } = threeRuns();
    const deleted = deleteRuns(store, launcher, [ended, running, waiting]);
    expect(store.wanted(running)).toBe('stop');
    expect(store.list().map(({ id, status }) => [id, status])).toEqual([
      [running, 'running'],
      [waiting, 'stopped'],
    ]);
    store.setStatus(running, 'stopped');
    lock.release();
    await deleted;
    expect(store.list()).toEqual([]);
  });

  it('stay when their process does not end, which is said', async () => {
    const { store, launcher, running, lock } = threeRuns();
    await expect(deleteRuns(store, launcher, [running], 0)).rejects.toMatchObject({
      code: 'run-busy',
      message: expect.stringContaining(running) as string,
    });
    expect(store.get(running).status).toBe('running');
    lock.release();
  });
});
