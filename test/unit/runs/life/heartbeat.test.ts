import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type * as entries from '../../../../main/entry.ts';
import { localLauncher } from '../../../../main/processes/run/launcher.ts';
import { claimRun } from '../../../../main/runs/life/claim.ts';
import { executorElsewhere } from '../../../../main/runs/life/executor.ts';
import { isExecuted, lockRun } from '../../../../main/runs/life/lock.ts';
import { performRun } from '../../../../main/runs/life/perform.ts';
import { markInterrupted } from '../../../../main/runs/store/store.ts';
import { experiment } from '../../../support/run-records.ts';
import { killHard, openTestStore, startChild, startChildAs, temporaryFolder } from '../../../support/run-store.ts';
import { onUnix } from '../../../support/where.ts';

const threads = vi.hoisted(() => ({ broken: false }));

vi.mock('../../../../main/entry.ts', async (original) => {
  const real = await original<typeof entries>();
  const startThread: typeof real.startThread = (...given) => {
    if (threads.broken) throw new Error('no thread');
    return real.startThread(...given);
  };
  return { ...real, startThread };
});

interface Beat {
  readonly host: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly beat: number;
}

const beatOf = (folder: string): Beat => JSON.parse(readFileSync(join(folder, 'heartbeat.json'), 'utf8')) as Beat;

/** A beat that was written so many seconds ago. */
function beatFrom(folder: string, host: string, secondsAgo = 0): void {
  const file = join(folder, 'heartbeat.json');
  writeFileSync(file, JSON.stringify({ host, pid: 1, startedAt: '2026-01-01T00:00:00.000Z', beat: 7 }));
  const at = Date.now() / 1000 - secondsAgo;
  utimesSync(file, at, at);
}

function storeWithRun() {
  const home = temporaryFolder();
  const store = openTestStore(home);
  const { id } = store.create(experiment(), 1);
  return { home, store, id, folder: store.folder(id), launcher: localLauncher(home, store) };
}

describe('a run that this machine executes', () => {
  it('beats once a second, also while its process computes without a turn, and no more when it is over', async () => {
    const { store, id, folder, launcher } = storeWithRun();
    expect(launcher.alive(id)).toBe(false);
    await performRun(store, id, async () => {
      expect(beatOf(folder)).toMatchObject({ host: hostname(), pid: process.pid });
      expect(launcher.alive(id)).toBe(true);
      await expect.poll(() => beatOf(folder).beat, { timeout: 20_000 }).toBeGreaterThan(0);
      const { beat } = beatOf(folder);
      const until = performance.now() + 2500;
      while (performance.now() < until);
      expect(beatOf(folder).beat).toBeGreaterThan(beat);
    });
    expect(launcher.alive(id)).toBe(false);
    expect(existsSync(join(folder, 'heartbeat.json'))).toBe(false);
  });

  it('is known to be dead at once, whatever its last beat says', async () => {
    const { home, store, id, folder, launcher } = storeWithRun();
    const child = startChild('execute', home, id, '20');
    await once(child, 'message');
    expect(launcher.alive(id)).toBe(true);
    expect(lockRun(folder, 0)).toBeNull();
    await killHard(child);
    expect(beatOf(folder).pid).toBe(child.pid);
    expect(launcher.alive(id)).toBe(false);
    markInterrupted(store);
    expect(store.get(id).status).toBe('interrupted');
  });

  it('goes on where no beat can be written', async () => {
    const { store, id, folder } = storeWithRun();
    mkdirSync(join(folder, 'heartbeat.json'));
    const run = await performRun(store, id, () => sleep(1500));
    expect(run.status).toBe('finished');
  });
});

describe('a run that another machine executes', () => {
  it('is taken up by nobody, and stays as it is', async () => {
    const { store, id, folder, launcher } = storeWithRun();
    beatFrom(folder, 'elsewhere');
    expect(launcher.alive(id)).toBe(true);
    const refused = performRun(store, id, () => Promise.resolve());
    await expect(refused).rejects.toMatchObject({
      code: 'run-busy',
      message: expect.stringMatching(/on elsewhere/) as string,
    });
    store.setStatus(id, 'running');
    markInterrupted(store);
    expect(store.get(id).status).toBe('running');
    expect(() => store.delete(id)).toThrow(/being executed/);
    launcher.cancel(id);
    expect([store.get(id).status, store.wanted(id)]).toEqual(['running', 'stop']);
    expect(readdirSync(folder).filter((name) => name.startsWith('probe'))).toEqual([]);
  });

  it('is dead when its beats have stopped', async () => {
    const { store, id, folder, launcher } = storeWithRun();
    store.setStatus(id, 'running');
    beatFrom(folder, 'elsewhere', 31);
    expect(launcher.alive(id)).toBe(false);
    markInterrupted(store);
    expect(store.get(id).status).toBe('interrupted');
    store.setStatus(id, 'queued');
    expect((await performRun(store, id, () => Promise.resolve())).status).toBe('finished');
  });

  it('is judged by the clock of the folder, not by that of this machine', () => {
    const { folder } = storeWithRun();
    const now = Date.now();
    const clock = vi.spyOn(Date, 'now');
    onTestFinished(() => clock.mockRestore());
    for (const hours of [-1, 1]) {
      beatFrom(folder, 'elsewhere');
      clock.mockReturnValue(now + hours * 3_600_000);
      expect(isExecuted(folder)).toBe(true);
      clock.mockRestore();
      beatFrom(folder, 'elsewhere', 31);
      vi.spyOn(Date, 'now').mockReturnValue(now - 31_000);
      expect(isExecuted(folder)).toBe(false);
      vi.restoreAllMocks();
    }
  });

  it('is not one whose folder was copied with a date far ahead', () => {
    const { folder } = storeWithRun();
    beatFrom(folder, 'elsewhere', -3600);
    expect(isExecuted(folder)).toBe(false);
  });
});

describe('a run that two machines begin at the same instant', () => {
  it('is executed by one of them', () => {
    const { folder } = storeWithRun();
    // Neither has seen the other when it looked.
    expect(claimRun(folder, 'one')).toMatchObject({ host: 'one' });
    expect(claimRun(folder, 'other')).toBeNull();
    expect(beatOf(folder)).toMatchObject({ host: 'one', pid: process.pid, beat: 0 });
  });

  it('is taken over by one of them when the machine that executed it is dead', () => {
    const { folder } = storeWithRun();
    beatFrom(folder, 'dead', 31);
    expect(claimRun(folder, 'one')).not.toBeNull();
    expect(claimRun(folder, 'other')).toBeNull();
    expect(readdirSync(folder).filter((name) => name.startsWith('heartbeat'))).toEqual(['heartbeat.json']);
  });
});

describe('a heartbeat that cannot be read', () => {
  it('may be that of another machine while it is fresh, and is told of by its name', async () => {
    const { store, id, folder } = storeWithRun();
    writeFileSync(join(folder, 'heartbeat.json'), '{"host":"els\0\0');
    expect(isExecuted(folder)).toBe(true);
    await expect(performRun(store, id, () => Promise.resolve())).rejects.toThrow(
      /heartbeat\.json.*cannot be read.*delete/,
    );
    const old = Date.now() / 1000 - 31;
    utimesSync(join(folder, 'heartbeat.json'), old, old);
    expect(isExecuted(folder)).toBe(false);
    expect((await performRun(store, id, () => Promise.resolve())).status).toBe('finished');
  });

  it('is read all the same when only what is behind it is not its own', () => {
    const { folder } = storeWithRun();
    const beat = JSON.stringify({ host: 'elsewhere', pid: 1, startedAt: '2026-01-01T00:00:00.000Z', beat: 7 });
    writeFileSync(join(folder, 'heartbeat.json'), `${beat.padEnd(511)}\nand more`);
    expect(executorElsewhere(folder)).toEqual({ host: 'elsewhere' });
  });
});

describe('a lock that is damaged', () => {
  it('is told of by its name, and keeps no other run from anything', async () => {
    const { home, store, id, folder } = storeWithRun();
    const lock = join(folder, 'lock');
    store.setStatus(id, 'running');
    writeFileSync(lock, 'no lock, and quite a lot of it, in place of a database'.repeat(20));
    const again = openTestStore(home);
    expect(again.get(id).status).toBe('interrupted');
    expect(again.create(experiment(), 2).status).toBe('queued');
    expect(isExecuted(folder)).toBe(false);
    again.setStatus(id, 'queued');
    const damaged = { code: 'lock-damaged', message: expect.stringContaining(lock) as string };
    await expect(performRun(again, id, () => Promise.resolve())).rejects.toMatchObject(damaged);
    expect(() => again.delete(id)).toThrow(/delete it/);
    rmSync(lock);
    expect((await performRun(again, id, () => Promise.resolve())).status).toBe('finished');
  });

  it('leaves a run alone that beats', () => {
    const { home, store, id, folder } = storeWithRun();
    store.setStatus(id, 'running');
    writeFileSync(join(folder, 'lock'), 'no lock, and quite a lot of it, in place of a database'.repeat(20));
    beatFrom(folder, hostname());
    expect(openTestStore(home).get(id).status).toBe('running');
    expect(isExecuted(folder)).toBe(true);
  });
});

it('a run whose heartbeat cannot be started is not left locked', async () => {
  const { store, id, folder } = storeWithRun();
  threads.broken = true;
  onTestFinished(() => void (threads.broken = false));
  await expect(performRun(store, id, () => Promise.resolve())).rejects.toThrow('no thread');
  const lock = lockRun(folder, 0);
  expect(lock).not.toBeNull();
  lock!.release();
});

onUnix.it('shows by its beats where nothing may be written', async () => {
  const { folder } = storeWithRun();
  lockRun(folder, 0)!.release();
  const user = process.getuid!() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const asked = async (): Promise<unknown> => {
    const child = startChildAs(user, 'isExecuted', folder);
    const [answer] = (await once(child, 'message')) as unknown[];
    return answer;
  };
  const open = [folder, join(folder, '..'), join(folder, '../..')];
  onTestFinished(() => open.forEach((path) => chmodSync(path, 0o755)));
  beatFrom(folder, hostname());
  chmodSync(join(folder, 'lock'), 0o444);
  open.forEach((path) => chmodSync(path, 0o555));
  expect(await asked()).toBe(true);
  const old = Date.now() / 1000 - 31;
  utimesSync(join(folder, 'heartbeat.json'), old, old);
  expect(await asked()).toBe(false);
});
