import { describe, expect, it, onTestFinished } from 'vitest';
import type { Notice } from '../../../main/api.ts';
import { openQueue } from '../../../main/lab/queue/queue.ts';
import { notePlace } from '../../../main/processes/run/place.ts';
import { openSummaries } from '../../../main/lab/runs/summaries.ts';
import { continueRun, pauseRun, resumeRun, stopRun } from '../../../main/runs/life/lifecycle.ts';
import { lockRun, type RunLock } from '../../../main/runs/life/lock.ts';
import type { Store } from '../../../main/runs/store/store.ts';
import { experiment } from '../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../support/run-store.ts';

/** A queue whose processes are played by the test. */
function labQueue(parallelRuns = 1, home = temporaryFolder()) {
  const store = openTestStore(home);
  const started: string[] = [];
  const lent: (string | null)[] = [];
  const notices: Notice[] = [];
  const alerts: (string | null)[] = [];
  const disk = { hasRoom: true };
  const dead = new Set<string>();
  const exits = new Map<string, (how: string) => void>();
  const alive = new Set<string>();
  const locks = new Map<string, RunLock>();
  const unstartable = new Set<string>();
  const queue = openQueue({
    home,
    store,
    log: () => undefined,
    parallelRuns: () => parallelRuns,
    dead,
    notify: (notice) => notices.push(notice),
    onAlert: (alert) => alerts.push(alert),
    hasRoom: () => disk.hasRoom,
    launcher: {
      start: ({ id, server, onExit }) => {
        if (unstartable.has(id)) throw new Error('EMFILE: too many open files');
        started.push(id);
        lent.push(server?.token ?? null);
        exits.set(id, onExit);
        alive.add(id);
        return 'process 1';
      },
      alive: (id) => alive.has(id),
      cancel: () => undefined,
    },
  });
  onTestFinished(queue.close);
  return {
    home,
    store,
    queue,
    started,
    lent,
    notices,
    alerts,
    disk,
    dead,
    unstartable,
    /** The process has taken the run up. */
    run: (id: string) => {
      locks.set(id, lockRun(store.folder(id), 0)!);
      store.setStatus(id, 'running');
    },
    /** The process has ended, leaving the run as it is. */
    exit: (id: string, how = 'exit code 0') => {
      locks.get(id)?.release();
      alive.delete(id);
      exits.get(id)!(how);
    },
  };
}

function queued(store: Store, count: number): string[] {
  const runs = Array.from({ length: count }, (_, i) => store.create(experiment({ name: 'q' }), i).id);
  for (const id of runs) store.enqueue(id);
  return runs;
}

describe('the queue of runs', () => {
  it('executes as many as there is room for, the oldest first, and no runs of terminals', () => {
    const { store, queue, started, run, exit } = labQueue(2);
    store.create(experiment(), 1);
    const [a, b, c] = queued(store, 3);
    queue.tend();
    queue.tend();
    expect(started).toEqual([a, b]);
    [a, b].forEach(run);
    expect(queue.active()).toEqual([a, b]);
    store.setStatus(b, 'finished');
    exit(b);
    expect(started).toEqual([a, b, c]);
    expect(store.queue().map(({ id }) => id)).toEqual([a, c]);
  });

  it('gives the place of one that is paused to the next, and lets it go on when there is room again', () => {
    const { store, queue, started, run, exit } = labQueue();
    const [a, b, c] = queued(store, 3);
    queue.tend();
    run(a);
    pauseRun(store, a);
    store.setStatus(a, 'paused');
    queue.tend();
    run(b);
    continueRun(store, a, 'turn');
    queue.tend();
    expect([started, store.wanted(a)]).toEqual([[a, b], 'turn']);
    store.setStatus(b, 'finished');
    exit(b);
    // It came before the third, which has to wait although the process of the first has not noticed yet.
    queue.tend();
    expect([started, store.wanted(a)]).toEqual([[a, b], 'run']);
    store.setStatus(a, 'running');
    store.setStatus(a, 'finished');
    exit(a);
    expect(started).toEqual([a, b, c]);
  });

  it('does not begin what is paused before its turn, which others take, until it is told to go on', () => {
    const { store, queue, started, run, exit } = labQueue();
    const [a, b, c] = queued(store, 3);
    pauseRun(store, a);
    pauseRun(store, c);
    queue.tend();
    expect(started).toEqual([b]);
    expect(openSummaries(store).one(a).status).toBe('paused');
    run(b);
    store.setStatus(b, 'finished');
    exit(b);
    expect(started).toEqual([b]);
    continueRun(store, c, 'turn');
    continueRun(store, a, 'turn');
    queue.tend();
    expect(started).toEqual([b, a]);
  });

  it('says once that a run of a terminal trains at the same time, which nobody can compare times with', () => {
    const { store, queue, notices, run } = labQueue(2);
    const terminal = store.create(experiment({ name: 't' }), 1).id;
    run(terminal);
    const [a, b] = queued(store, 2);
    queue.tend();
    run(a);
    run(b);
    queue.tend();
    expect(notices).toEqual([
      { level: 'info', text: expect.stringMatching(/^Run 2 trains beside run 1: their times and/) as string, run: a },
    ]);
  });

  it('knows a death that it cannot write down, says why, and acts when it can', () => {
    const { home, store, queue, started, alerts, dead, run, exit } = labQueue();
    const [a] = queued(store, 1);
    queue.tend();
    run(a);
    const { setStatus } = store;
    store.setStatus = () => {
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    };
    exit(a, 'exit code 1');
    queue.tend();
    expect([...dead]).toEqual([a]);
    expect(openSummaries(store, dead).one(a).status).toBe('interrupted');
    expect(queue.alert).toContain(`space left on the disk of ${home}`);
    store.setStatus = setStatus;
    queue.tend();
    expect([...dead, ...started]).toEqual([a, a]);
    expect(alerts).toEqual([expect.any(String), null]);
    expect(queue.alert).toBeNull();
  });

  it('starts nothing on a full disk, and goes on when there is room', () => {
    const { store, queue, started, notices, disk, run, exit } = labQueue();
    const [a] = queued(store, 1);
    queue.tend();
    run(a);
    disk.hasRoom = false;
    for (let death = 0; death < 3; death++) exit(a, 'exit code 1');
    expect([started, notices, queue.alert]).toEqual([[a], [], expect.stringContaining('no space left')]);
    disk.hasRoom = true;
    queue.tend();
    expect([started, queue.alert]).toEqual([[a, a], null]);
  });

  it('begins one again that was to go on when its process died', () => {
    const { store, queue, started, run, exit } = labQueue();
    const [a] = queued(store, 1);
    queue.tend();
    run(a);
    store.setStatus(a, 'paused');
    store.want(a, 'turn');
    exit(a, 'SIGKILL');
    expect([started, store.wanted(a)]).toEqual([[a, a], 'run']);
  });

  it('resumes a run whose process died once, with a notice', () => {
    const { store, queue, started, notices, run, exit } = labQueue();
    const [a] = queued(store, 1);
    queue.tend();
    run(a);
    exit(a, 'SIGKILL');
    expect(started).toEqual([a, a]);
    expect(notices).toMatchObject([{ level: 'warning', run: a }]);
    run(a);
    exit(a, 'SIGKILL');
    expect(started).toEqual([a, a]);
    expect(notices.at(-1)).toMatchObject({ level: 'error', run: a });
    expect(store.get(a).status).toBe('interrupted');
    resumeRun(store, a);
    store.enqueue(a);
    queue.tend();
    expect(started).toHaveLength(3);
  });

  it('does not resume one that was to stop, nor start one that was stopped, nor one a terminal took over', () => {
    const { store, queue, started, run, exit } = labQueue();
    const [a, b, c] = queued(store, 3);
    queue.tend();
    run(a);
    stopRun(store, a);
    stopRun(store, b);
    resumeRun(store, c);
    exit(a, 'SIGKILL');
    expect(started).toEqual([a]);
    expect(store.get(a).status).toBe('interrupted');
    expect(store.queue()).toEqual([]);
  });

  it('gives up a run whose process never takes it up', () => {
    const { store, queue, started, notices, exit } = labQueue();
    const [a] = queued(store, 1);
    queue.tend();
    exit(a, 'exit code 1');
    exit(a, 'exit code 1');
    expect(started).toEqual([a, a]);
    expect(store.get(a)).toMatchObject({ status: 'stopped', error: expect.stringContaining('process.log') as string });
    expect(notices).toMatchObject([{ level: 'error', run: a }]);
  });

  it('starts the others when the process of one cannot be started, which it says and gives up', () => {
    const { store, queue, started, notices, alerts, unstartable } = labQueue();
    const [a, b] = queued(store, 2);
    unstartable.add(a);
    for (let i = 0; i < 3; i++) queue.tend();
    expect(started).toEqual([b]);
    expect(store.get(a).status).toBe('stopped');
    expect(alerts).toEqual([expect.stringContaining('EMFILE'), null]);
    expect(notices).toMatchObject([{ level: 'error', run: a }]);
  });

  it('starts a run with the server it was lent, again as well, and none whose server it does not know', () => {
    const { store, queue, started, lent, notices, run, exit } = labQueue(2);
    const [a, b] = queued(store, 2);
    const place = { url: 'wss://gpu:4450' };
    for (const id of [a, b]) notePlace(store.folder(id), place);
    queue.useServer(a, { ...place, token: 'secret' });
    queue.tend();
    run(a);
    exit(a, 'SIGKILL');
    expect([started, lent]).toEqual([
      [a, a],
      ['secret', 'secret'],
    ]);
    expect(store.get(b)).toMatchObject({ status: 'stopped', error: expect.stringContaining(place.url) as string });
    expect(notices).toContainEqual(expect.objectContaining({ level: 'error', run: b }));
    run(a);
    store.setStatus(a, 'stopped');
    exit(a);
    resumeRun(store, a);
    store.enqueue(a);
    queue.tend();
    expect(store.get(a).status).toBe('stopped');
  });

  it('takes no server while another lab executes', () => {
    const first = labQueue();
    first.queue.tend();
    const second = labQueue(1, first.home);
    const useServer = (): void => second.queue.useServer('0001-q', { url: 'ws://gpu:4450', token: 'secret' });
    expect(useServer).toThrow(/Another lab of this folder/);
  });

  it('is left to one lab of a home, and taken over when that is gone', () => {
    const first = labQueue();
    first.queue.tend();
    const second = labQueue(1, first.home);
    const [a] = queued(second.store, 1);
    second.queue.tend();
    expect(second.started).toEqual([]);
    first.queue.tend();
    expect(first.started).toEqual([a]);
    first.run(a);
    first.queue.close();
    second.queue.tend();
    expect(second.started).toEqual([]);
    expect(second.queue.active()).toEqual([a]);
    first.exit(a, 'SIGKILL');
    second.queue.tend();
    expect(second.started).toEqual([a]);
  });
});
