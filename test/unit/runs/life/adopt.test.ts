import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adoptRun, findOrphan, orphans } from '../../../../main/runs/life/adopt.ts';
import { resumeRun } from '../../../../main/runs/life/lifecycle.ts';
import { lockRun } from '../../../../main/runs/life/lock.ts';
import { allRecords } from '../../../../main/runs/life/lost-records.ts';
import { openStore } from '../../../../main/runs/store/store.ts';
import { experiment } from '../../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';
import { executeToy } from '../../../support/toy-training.ts';
import { loadCheckpoint } from '../../../../main/runs/checkpoint/checkpoint.ts';

const toy = { stepsPerEpoch: 6 };
const plan = experiment({ name: 'deprune', phases: [{ budget: 4, epochs: 2 }], seeds: [1, 2], notes: 'why' });

/** A home without its database: run 1 is finished, run 2 was stopped after 9 of 12 steps. What they were. */
async function orphanedHome() {
  const home = temporaryFolder();
  const store = openStore(home);
  const [one, two] = [1, 2].map((seed) => store.create(plan, seed, 'both@now').id);
  await executeToy(store, one, toy);
  const stop = new AbortController();
  const onStep = (step: number) => step === 8 && stop.abort();
  await executeToy(store, two, { ...toy, onStep }, { signal: stop.signal });
  store.annotate(one, { notes: 'good', tags: ['kept'], name: 'better', project: 'vision', archived: true });
  store.setFingerprint(one, 'of images');
  store.setThreads(one, 2);
  const before = [one, two].map((id) => ({ run: store.get(id), records: allRecords(store, id) }));
  store.close();
  for (const name of readdirSync(home).filter((each) => each.startsWith('sluice.db'))) rmSync(join(home, name));
  return { home, one, two, before };
}

describe('a home that lost its database', () => {
  it('lets no new run into an old folder', async () => {
    const { home, one } = await orphanedHome();
    const store = openTestStore(home);
    const { id } = store.create(plan, 1);
    expect(id).toBe('0003-deprune');
    const began: number[] = [];
    await executeToy(store, id, { ...toy, onStep: (step) => began.push(step) });
    expect(began[0]).toBe(0);
    expect(existsSync(join(store.folder(one), 'pairs'))).toBe(true);
    expect(store.create(experiment({ name: 'other' }), 1).id).toBe('0004-other');
  });

  it('has its runs again from their folders, as they were', async () => {
    const { home, one, two, before } = await orphanedHome();
    const store = openTestStore(home);
    expect(store.list()).toEqual([]);
    const found = orphans(store);
    expect(found.map(({ file, reason }) => [file?.id, reason])).toEqual([
      [one, null],
      [two, null],
    ]);
    for (const orphan of found) await adoptRun(store, orphan);
    for (const { run, records } of before) {
      const { startedAt, endedAt, ...back } = store.get(run.id);
      expect(run).toMatchObject(back);
      // By the log, which is written a moment later.
      expect(Math.abs(startedAt!.getTime() - run.startedAt!.getTime())).toBeLessThan(5000);
      expect(Math.abs(endedAt!.getTime() - run.endedAt!.getTime())).toBeLessThan(5000);
      expect(allRecords(store, run.id)).toEqual(records);
    }
    expect(store.annotations(one)).toEqual({ notes: 'good', tags: ['kept'] });
    expect(orphans(store)).toEqual([]);
    resumeRun(store, two);
    expect((await executeToy(store, two, toy)).status).toBe('finished');
    expect(store.stepCount(two)).toBe(12);
    expect(store.create(plan, 1).id).toBe('0003-deprune');
  });

  it('takes a finished run whose records are not all there for interrupted', async () => {
    const { home, one } = await orphanedHome();
    const store = openTestStore(home);
    const path = join(store.folder(one), 'records.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').split('\n').slice(0, 1).join('\n') + '\n');
    const run = await adoptRun(store, findOrphan(orphans(store), '1'));
    expect(run).toMatchObject({ status: 'interrupted', endedAt: null });
    resumeRun(store, one);
    await expect(executeToy(store, one, toy)).rejects.toMatchObject({ code: 'records-lost' });
  });
});

describe('a folder without a run', () => {
  it('is named by its number, its name or its path', async () => {
    const { home, one, two } = await orphanedHome();
    const store = openTestStore(home);
    const all = orphans(store);
    for (const name of ['2', '0002', two, store.folder(two)]) expect(findOrphan(all, name).file?.id).toBe(two);
    expect(() => findOrphan(all, '7')).toThrow(/No folder without a run is called "7"/);
    await adoptRun(store, findOrphan(all, one));
    await expect(adoptRun(store, findOrphan(all, one))).rejects.toMatchObject({ code: 'run-exists' });
  });

  it('is not adopted while its run is executed, under another name, or without what it is', async () => {
    const { home, one, two } = await orphanedHome();
    const store = openTestStore(home);
    const lock = lockRun(store.folder(one), 0)!;
    await expect(adoptRun(store, findOrphan(orphans(store), one))).rejects.toMatchObject({ code: 'run-busy' });
    lock.release();
    renameSync(store.folder(one), store.folder('0009-copy'));
    writeFileSync(join(store.folder(two), 'run.json'), '{}');
    mkdirSync(store.folder('0010-old'));
    writeFileSync(join(store.folder('0010-old'), 'experiment.json'), '{}');
    mkdirSync(store.folder('notes'));
    const reasons = orphans(store).map(({ reason }) => reason);
    expect(reasons).toEqual([
      expect.stringMatching(/^run\.json is damaged: its SHA-256/),
      `it is the folder of ${one}: give it that name`,
      expect.stringMatching(/an earlier version made it/),
    ]);
    for (const orphan of orphans(store)) {
      await expect(adoptRun(store, orphan)).rejects.toMatchObject({ code: 'run-damaged' });
    }
    expect(store.list()).toEqual([]);
  });

  it('is not what is left of a run that was deleted', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = store.create(plan, 1);
    await executeToy(store, id, toy);
    expect((await loadCheckpoint(store.folder(id))).get(0)).toBeDefined();
    store.delete(id);
    expect(orphans(store)).toEqual([]);
  });
});

it('deleting a run leaves a folder alone that is of another one', async () => {
  const { home, one } = await orphanedHome();
  const store = openTestStore(home);
  const { id } = store.create(plan, 1);
  rmSync(store.folder(id), { recursive: true });
  renameSync(store.folder(one), store.folder(id));
  store.delete(id);
  expect(existsSync(join(store.folder(id), 'records.jsonl'))).toBe(true);
});
