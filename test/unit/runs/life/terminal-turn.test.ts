import { describe, expect, it } from 'vitest';
import { resumeRun } from '../../../../main/runs/life/lifecycle.ts';
import { lockRun } from '../../../../main/runs/life/lock.ts';
import { takeTurn } from '../../../../main/runs/life/terminal-turn.ts';
import { markInterrupted, statusNow, type Store } from '../../../../main/runs/store/store.ts';
import { createRun } from '../../../support/network-runs.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';

/** A terminal that was killed: its queue is there, and nobody holds the lock of its folder. */
function killedTerminal(store: Store, ids: readonly string[]): void {
  lockRun(store.terminalFolder('killed'), 0)?.release();
  store.enqueueAt('killed', ids);
}

const statuses = (store: Store): string[] => store.list().map(({ status }) => status);

describe('runs that wait for a terminal', () => {
  it('are queued while its process lives, and interrupted once it is gone', async () => {
    const store = openTestStore(temporaryFolder());
    const runs = [createRun(store), createRun(store)];
    const turn = takeTurn(store, runs);
    markInterrupted(store);
    expect(statuses(store)).toEqual(['queued', 'queued']);
    expect(statusNow(store, runs[0])).toBe('queued');
    await turn.end();
    expect(statusNow(store, runs[0])).toBe('interrupted');
    markInterrupted(store);
    expect(statuses(store)).toEqual(['interrupted', 'interrupted']);
    expect(store.terminalQueue()).toEqual([]);
  });

  it('are interrupted when it was killed, those of the lab and of other terminals are not', async () => {
    const store = openTestStore(temporaryFolder());
    const [killed, inLab, other, begun] = [1, 2, 3, 4].map(() => createRun(store));
    killedTerminal(store, [killed.id, begun.id]);
    store.enqueue(inLab.id);
    const turn = takeTurn(store, [other]);
    const executing = lockRun(store.folder(begun.id), 0);
    const died: string[] = [];
    markInterrupted(store, (id) => died.push(id));
    expect(died).toEqual([killed.id]);
    expect(statuses(store)).toEqual(['interrupted', 'queued', 'queued', 'queued']);
    executing?.release();
    await turn.end();
  });

  it('wait for whoever resumes them', () => {
    const store = openTestStore(temporaryFolder());
    const run = createRun(store);
    killedTerminal(store, [run.id]);
    markInterrupted(store);
    resumeRun(store, run.id);
    store.enqueue(run.id);
    markInterrupted(store);
    expect(statusNow(store, store.get(run.id))).toBe('queued');
    expect(store.queue()).toEqual([{ id: run.id, attempts: 0 }]);
  });

  it('are left to a terminal alone that they have not been taken from', async () => {
    const store = openTestStore(temporaryFolder());
    const [taken, stays] = [createRun(store), createRun(store)];
    const turn = takeTurn(store, [taken, stays]);
    store.enqueue(taken.id);
    expect([...turn.waiting()]).toEqual([stays.id]);
    turn.leave(taken.id);
    expect(store.queue()).toMatchObject([{ id: taken.id }]);
    await turn.end();
  });
});
