import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { loadCheckpoint } from '../../../../main/runs/checkpoint/checkpoint.ts';
import { newMember } from '../../../../main/processes/run/member.ts';
import { recordSources } from '../../../../main/processes/run/records.ts';
import { seeThrough } from '../../../../main/processes/run/see-through.ts';
import { performRun } from '../../../../main/runs/life/perform.ts';
import { commandPollMs, type RunEvent } from '../../../../main/runs/life/execution.ts';
import { continueRun, pauseRun, resumeRun, stopRun } from '../../../../main/runs/life/lifecycle.ts';
import type { RunStatus } from '../../../../main/runs/store/run.ts';
import type { Store } from '../../../../main/runs/store/store.ts';
import type { ServerState } from '../../../../main/training/snapshot.ts';
import { experiment } from '../../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';
import { outcome, plan, stepsPerEpoch, totalSteps, toy, uninterrupted } from '../../../support/toy-runs.ts';
import { executeToy, type ToyOptions } from '../../../support/toy-training.ts';

async function becomes(store: Store, id: string, status: RunStatus) {
  await expect.poll(() => store.find(id).status, { timeout: 20_000 }).toBe(status);
}

describe('executing a run', () => {
  it('records all of it, saves its pairs and says how far it is', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = store.create(plan, 1);
    const events: RunEvent[] = [];
    const run = await executeToy(store, id, toy, { onEvent: (event) => events.push(event) });
    expect(run).toMatchObject({ status: 'finished', engine: 'cpu · toy, by hand', error: null });
    expect(store.find(id)).toEqual(run);
    const { records, kept, checkpoint } = await outcome(store, id);
    expect(records.map(({ length }) => length)).toEqual([totalSteps, 3, 2]);
    expect(kept[1]).toEqual(checkpoint!.client.weights);
    expect(kept[0]).not.toEqual(kept[1]);
    const progress = events.filter((event) => event.kind === 'progress');
    expect(progress.map(({ stepsDone }) => stepsDone)).toEqual(Array.from({ length: totalSteps }, (_, i) => i + 1));
    expect(progress.at(-1)).toMatchObject({ totalSteps, etaSeconds: 0, phase: 1, epoch: 2 });
    const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== 'progress');
    expect(kinds).toEqual(['status', 'epoch', 'epoch', 'pair', 'epoch', 'pair', 'status']);
    const log = readFileSync(join(store.folder(id), 'log.jsonl'), 'utf8')
      .trimEnd()
      .split('\n');
    expect(log.map((line) => (JSON.parse(line) as { event: string }).event).slice(0, 3)).toEqual([
      'status',
      'engine',
      'checkpoint',
    ]);
  });

  it('trains with its own seed', async () => {
    const store = openTestStore(temporaryFolder());
    const weights = async (seed: number) => {
      const { id } = store.create(experiment({ phases: [{ budget: 4, epochs: 1 }] }), seed);
      await executeToy(store, id, { stepsPerEpoch: 3 });
      return (await loadCheckpoint(store.folder(id))).get(0)!.client.weights['features.0.weight'].data;
    };
    const [one, five, again] = [await weights(1), await weights(5), await weights(5)];
    expect(five).toEqual(again);
    expect(five).not.toEqual(one);
  });

  it('keeps the gates of at most 128 steps an epoch', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = store.create(experiment({ phases: [{ budget: 4, epochs: 1 }] }), 1);
    await executeToy(store, id, { stepsPerEpoch: 300 });
    const gates = store.steps(id).filter(({ gates }) => gates);
    expect(gates.map(({ step }) => step)).toEqual(Array.from({ length: 100 }, (_, i) => 3 * i));
  });

  it('ends as if nothing had been when stopped and resumed, wherever that is', async () => {
    const store = openTestStore(temporaryFolder());
    const expected = await uninterrupted(store);
    for (const stopAt of [0, 19, 39, 59]) {
      const { id } = store.create(plan, 1);
      const stop = new AbortController();
      const onStep = (step: number) => step === stopAt && stop.abort();
      const stopped = await executeToy(store, id, { stepsPerEpoch, onStep }, { signal: stop.signal });
      expect(stopped.status).toBe('stopped');
      expect(store.stepCount(id)).toBe(stopAt + 1);
      resumeRun(store, id);
      await executeToy(store, id, toy);
      expect(await outcome(store, id)).toEqual(expected);
    }
  });

  it('pauses, goes on and stops when another process wants it', async () => {
    const home = temporaryFolder();
    const [ours, theirs] = [openTestStore(home), openTestStore(home)];
    const { id } = ours.create(plan, 1);
    // Long enough that what is wanted is looked up several times before the end.
    const run = executeToy(ours, id, { stepsPerEpoch: 15 * stepsPerEpoch, stepMs: 3 });
    await becomes(theirs, id, 'running');
    pauseRun(theirs, id);
    await becomes(theirs, id, 'paused');
    // The step under way is finished, and recorded when the run next looks.
    await setTimeout(2 * commandPollMs);
    const steps = theirs.stepCount(id);
    await setTimeout(50);
    expect(theirs.stepCount(id)).toBe(steps);
    continueRun(theirs, id);
    await becomes(theirs, id, 'running');
    stopRun(theirs, id);
    expect((await run).status).toBe('stopped');
    expect((await loadCheckpoint(ours.folder(id))).get(0)!.position.step).toBe(ours.stepCount(id));
  });

  it('outlives a moment in which the store cannot tell what is wanted', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = store.create(plan, 1);
    const silent: Store = {
      ...store,
      wanted() {
        throw new Error('disk I/O error');
      },
    };
    const run = await performRun(silent, id, () => setTimeout(2 * commandPollMs));
    expect(run.status).toBe('finished');
  });

  it('stops while it is paused', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = store.create(plan, 1);
    const run = executeToy(store, id, { stepsPerEpoch: 15 * stepsPerEpoch, stepMs: 1 });
    pauseRun(store, id);
    await becomes(store, id, 'paused');
    stopRun(store, id);
    expect((await run).status).toBe('stopped');
  });

  it('ends as finished when its sources were done as the pause came', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = store.create(plan, 1);
    const nothing = (): void => undefined;
    const run = performRun(store, id, (session) => {
      const done = becomes(store, id, 'paused');
      const group = {
        done,
        members: [newMember(0)],
        held: () => null,
        pause: nothing,
        proceed: nothing,
        stop: nothing,
        kill: () => done,
      };
      return seeThrough(session, recordSources(session), [group]);
    });
    pauseRun(store, id);
    expect((await run).status).toBe('finished');
  });

  it('is refused for a run that is executed already, or is not queued', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = store.create(plan, 1);
    const first = executeToy(store, id, toy);
    await expect(executeToy(store, id, toy)).rejects.toMatchObject({ code: 'run-busy' });
    await first;
    await expect(executeToy(store, id, toy)).rejects.toThrow(/is finished; only a queued run/);
  });
});

describe('a run that fails', () => {
  it('says why, and can be resumed', async () => {
    const store = openTestStore(temporaryFolder());
    const expected = await uninterrupted(store);
    const { id } = store.create(plan, 1);
    const cause = new Error('image 7 of data_batch_1.bin is cut short');
    const onStep = (step: number): void => {
      if (step === 30) throw cause;
    };
    await expect(executeToy(store, id, { stepsPerEpoch, onStep })).rejects.toBe(cause);
    expect(store.find(id)).toMatchObject({ status: 'failed', error: 'image 7 of data_batch_1.bin is cut short' });
    expect(resumeRun(store, id).error).toBeNull();
    await executeToy(store, id, toy);
    expect(await outcome(store, id)).toEqual(expected);
  });

  it('for want of disk space keeps its checkpoint and says how to go on', async () => {
    const store = openTestStore(temporaryFolder());
    const expected = await uninterrupted(store);
    const { id } = store.create(plan, 1);
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const weights = Object.defineProperty({}, 'weight', {
      enumerable: true,
      get: () => {
        throw full;
      },
    });
    const server: ServerState = { kind: 'state', state: { weights, momentum: {} } };
    const failing: ToyOptions = {
      stepsPerEpoch,
      tamper: (snapshot) => (snapshot.position.step < 30 ? snapshot : { ...snapshot, server }),
    };
    await expect(executeToy(store, id, failing)).rejects.toMatchObject({ code: 'disk-full' });
    expect(store.find(id).status).toBe('failed');
    expect(store.find(id).error).toMatch(`sluice resume ${id}`);
    expect((await loadCheckpoint(store.folder(id))).get(0)!.position.step).toBe(28);
    resumeRun(store, id);
    await executeToy(store, id, toy);
    expect(await outcome(store, id)).toEqual(expected);
  });

  it('is failed and not running on a disk that has no room left but what it kept for that', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = store.create(plan, 1);
    const folder = store.folder(id);
    const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    const room = (): number => statSync(join(folder, 'last-room'), { throwIfNoEntry: false })?.size ?? 0;
    const tight: Store = {
      ...store,
      setStatus(...given) {
        if (given[1] === 'failed' && room() > 0) throw full;
        return store.setStatus(...given);
      },
    };
    const events: RunEvent[] = [];
    const train = (): never => {
      expect(room()).toBe(256 * 1024);
      // Nor can anything be written into its log.
      const log = join(folder, 'log.jsonl');
      rmSync(log);
      mkdirSync(log);
      throw full;
    };
    const run = performRun(tight, id, train, { onEvent: (event) => events.push(event) });
    await expect(run).rejects.toMatchObject({ code: 'disk-full' });
    expect(store.get(id)).toMatchObject({ status: 'failed', error: expect.stringMatching('no space left') as string });
    expect(events.at(-1)).toMatchObject({ kind: 'status', run: { status: 'failed' } });
    expect(room()).toBe(0);
  });
});
