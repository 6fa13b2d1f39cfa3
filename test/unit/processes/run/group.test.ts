import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { saveCheckpoint, type RunCheckpoint } from '../../../../main/runs/checkpoint/checkpoint.ts';
import { superviseGroup, type GroupOptions } from '../../../../main/processes/run/group.ts';
import type { SourceRecords } from '../../../../main/processes/run/records.ts';
import type { Child } from '../../../../main/processes/child.ts';
import type { FromSource, SourceTask, ToSource } from '../../../../main/processes/source/messages.ts';
import type { Fingerprint } from '../../../../main/data/fingerprint.ts';
import type { Run } from '../../../../main/runs/store/run.ts';
import type { PairRecord } from '../../../../main/records/record.ts';
import type { ServerState } from '../../../../main/training/snapshot.ts';
import { closing, temporaryFolder } from '../../../support/closing.ts';
import { experiment, fingerprint, uniformSnapshot } from '../../../support/run-records.ts';
import { openTestStore, takeUp } from '../../../support/run-store.ts';

/** A process that says this when it is started, and ends. */
function process(says: readonly FromSource[], onMessage: (message: FromSource) => void): Child<ToSource> {
  let end: (how: string) => void = () => undefined;
  const gone = new Promise<string>((resolve) => (end = resolve));
  setImmediate(() => {
    says.forEach(onMessage);
    if (says.some(({ kind }) => kind === 'ended' || kind === 'failed')) end('exit code 0');
  });
  return { pid: 1, send: () => undefined, kill: () => end('SIGKILL'), gone };
}

/** What a group finds as it starts. */
interface Before {
  /** The checkpoint of its sources. */
  readonly checkpoint?: RunCheckpoint;
  readonly run?: Partial<Run>;
}

/** A group of one source, whose processes say this, one process after the other. */
async function groupOf(
  says: readonly (readonly FromSource[])[],
  options: Partial<GroupOptions> = {},
  { checkpoint = new Map(), run: begun = {} }: Before = {},
) {
  const store = openTestStore(temporaryFolder());
  const run = { ...store.create(experiment({}), 1), ...begun };
  const logged: string[] = [];
  const patience: unknown[] = [];
  const log = (event: string, details: object = {}): void => {
    logged.push(event);
    if ('seconds' in details) patience.push(details.seconds);
  };
  let starts = 0;
  const execution = await takeUp(store, run, log);
  const { folder } = execution;
  if (checkpoint.size > 0) await saveCheckpoint(folder, checkpoint, { ...execution.records.owner, records: new Map() });
  const group = superviseGroup({
    execution,
    records,
    sources: [0],
    folder,
    task: () => ({}) as SourceTask,
    startProcess: () => (onMessage) => process(says[starts++], onMessage),
    onEngine: () => undefined,
    onServerEngine: () => undefined,
    ...options,
  });
  return { group: closing({ ...group, close: () => group.kill() }), logged, patience };
}

const records: SourceRecords = {
  add: () => undefined,
  flush: () => undefined,
  measured: () => undefined,
  rewind: () => undefined,
  skip: () => undefined,
};

/** Lets the clock be put on by the test. */
function playedClock(): void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
}

it('a source that gives no sign for 45 s is killed, and has twice the time when started again', async () => {
  playedClock();
  const { group, logged, patience } = await groupOf([[], [], [{ kind: 'ended' }]], { pauseMs: 1 });
  for (const [starts, seconds] of [
    [1, 45],
    [2, 90],
  ]) {
    await expect.poll(() => logged.filter((event) => event === 'source-started').length).toBe(starts);
    vi.advanceTimersByTime((seconds - 1) * 1000);
    expect(patience).toHaveLength(starts - 1);
    vi.advanceTimersByTime(2000);
    expect(patience.at(-1)).toBe(seconds);
  }
  await group.done;
  const again = ['source-stuck', 'source-died', 'source-started'];
  expect(logged).toEqual(['source-started', ...again, ...again]);
});

it('a source that dies seven times without coming to a checkpoint is given up', async () => {
  const dead = (): Child<ToSource> => ({
    pid: 1,
    send: () => undefined,
    kill: () => undefined,
    gone: Promise.resolve('SIGSEGV'),
  });
  const { group, logged } = await groupOf([], { pauseMs: 1, startProcess: () => dead });
  await group.done;
  expect(logged.filter((event) => event === 'source-started')).toHaveLength(7);
  expect(logged.at(-1)).toBe('source-dropped');
  expect(group.members[0].stage).toBe('dropped');
});

it('waits for a source in this process however long it computes', async () => {
  playedClock();
  const { group, logged } = await groupOf([[]], { here: true });
  await expect.poll(() => group.members[0].process).not.toBeNull();
  vi.advanceTimersByTime(24 * 3600 * 1000);
  expect(group.members[0].stage).toBe('starting');
  expect(logged).toEqual([]);
});

it('ends with what keeps a source from being recorded', async () => {
  const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  const add = (): never => {
    throw full;
  };
  const record = { kind: 'pair' } as PairRecord;
  const { group } = await groupOf([[{ kind: 'record', record }]], { records: { ...records, add } });
  await expect(group.done).rejects.toBe(full);
});

describe('a source whose images are others', () => {
  const settled = fingerprint();
  const ready = (now: Fingerprint): FromSource => ({
    kind: 'ready',
    engine: { name: 'cpu', device: 'toy', detail: 'by hand' },
    stepsPerEpoch: 1,
    fingerprint: now,
  });

  it('ends the run, which goes on with those it began with', async () => {
    const begun = { fingerprint: JSON.stringify(settled) };
    await (
      await groupOf([[ready(settled), { kind: 'ended' }]], {}, { run: begun })
    ).group.done;
    const other = fingerprint({ train: { ...settled.train, images: '9'.repeat(64) } });
    const { group } = await groupOf([[ready(other)]], {}, { run: begun });
    await expect(group.done).rejects.toMatchObject({ code: 'dataset-changed', message: /other training images/ });
  });
});

describe('a source that fails as it is to stop', () => {
  const open: FromSource = { kind: 'open', engine: null };

  it.each([
    ['of its own', 'loss-not-finite', true],
    ['without its server, which it cannot reach', 'server-unreachable', false],
  ])('%s', async (_, code, fails) => {
    const { group, logged } = await groupOf([[]], {
      startProcess: () => (onMessage) => {
        let end: (how: string) => void = () => undefined;
        const gone = new Promise<string>((resolve) => (end = resolve));
        setImmediate(() => onMessage(open));
        const send = ({ kind }: ToSource): void => {
          if (kind !== 'stop') return;
          onMessage({ kind: 'failed', failure: { code, message: 'It failed.' } });
          end('exit code 0');
        };
        return { pid: 1, send, kill: () => end('SIGKILL'), gone };
      },
    });
    await expect.poll(() => group.members[0].stage).toBe('training');
    group.stop();
    if (fails) await expect(group.done).rejects.toMatchObject({ code });
    else await group.done;
    expect(logged.includes('source-died')).toBe(!fails);
  });
});

describe('a source whose device is lost', () => {
  const message = 'The GPU was lost';
  const lost: FromSource = { kind: 'failed', failure: { code: 'device-lost', message } };

  it('waits, with the run paused, and starts again once it is told to proceed', async () => {
    const { group, logged } = await groupOf([[lost], [{ kind: 'ended' }]]);
    expect(group.held()).toBeNull();
    await expect.poll(() => group.held()).toBe(message);
    group.pause();
    expect(logged).toEqual(['source-started', 'device-lost']);
    group.proceed();
    expect(group.held()).toBeNull();
    await group.done;
    expect(logged.filter((event) => event === 'source-started')).toHaveLength(2);
  });

  it('can be stopped instead', async () => {
    const { group } = await groupOf([[lost]]);
    await expect.poll(() => group.held()).toBe(message);
    group.stop();
    await group.done;
    expect(group.members[0].stage).toBe('ended');
  });
});

describe('sources of one half', () => {
  const lost: FromSource = {
    kind: 'failed',
    failure: { code: 'session-lost', message: 'Other sources of the run still train the server half' },
  };

  const kept: ServerState = { kind: 'kept', name: 'step-1', sha256: '0'.repeat(64) };
  const checkpoint = new Map(
    [kept, { kind: 'shared' } as const].map((server, i) => [i, { ...uniformSnapshot(1), server }] as const),
  );

  /** Two of them at a checkpoint, whose processes say this in turn; in which order they are started. */
  async function pairOf(says: (start: number) => FromSource[]) {
    const order: number[] = [];
    const startProcess = (index: number) => (onMessage: (message: FromSource) => void) =>
      process(says(order.push(index)), onMessage);
    const { group } = await groupOf([], { sources: [0, 1], startProcess, pauseMs: 1 }, { checkpoint });
    return { group, order };
  }

  it('start when the first has put it back, and all of them again when that came to nothing', async () => {
    const { group, order } = await pairOf((start) => (start === 1 ? [lost] : [{ kind: 'ended' }]));
    await group.done;
    expect(order).toEqual([0, 0, 1]);
  });

  it('all go back to the checkpoint when one comes again and the others have finished: their half is no more', async () => {
    const open: FromSource = { kind: 'open', engine: null };
    // The first two train; the third is the one that comes again; those after it have nothing left to do.
    const says: readonly (readonly FromSource[])[] = [[open], [open], []];
    const started: { index: number; child: Child<ToSource>; onMessage: (message: FromSource) => void }[] = [];
    const startProcess = (index: number) => (onMessage: (message: FromSource) => void) => {
      const child = process(says[started.length] ?? [{ kind: 'ended' }], onMessage);
      started.push({ index, child, onMessage });
      return child;
    };
    const { group } = await groupOf([], { sources: [0, 1], startProcess, pauseMs: 1 }, { checkpoint });
    await expect.poll(() => group.members.map(({ stage }) => stage)).toEqual(['training', 'training']);
    started[1].child.kill();
    await expect.poll(() => started.length).toBe(3);
    started[0].onMessage({ kind: 'ended' });
    started[0].child.kill();
    started[2].onMessage(open);
    await group.done;
    expect(started.map(({ index }) => index)).toEqual([0, 1, 1, 0, 1]);
  });

  it('do not train one that was never put back', async () => {
    const { group, order } = await pairOf(() => [lost]);
    await expect(group.done).rejects.toThrow(/^Source 1 could not put the server half back .*still train/);
    expect(new Set(order)).toEqual(new Set([0]));
  });
});

it('does nothing more when the server half cannot be put back', async () => {
  /** The timers of this process, once the short ones are over. */
  const timers = async (): Promise<number> => {
    await sleep(100);
    return globalThis.process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  };
  const before = await timers();
  const failure = { code: 'checkpoint-unknown', message: 'There is no such checkpoint' };
  const { group } = await groupOf(
    [[{ kind: 'failed', failure }]],
    {},
    { checkpoint: new Map([[0, uniformSnapshot(1)]]) },
  );
  await expect(group.done).rejects.toMatchObject(failure);
  expect(await timers()).toBe(before);
});
