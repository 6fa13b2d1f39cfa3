import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../../main/runs/store/database.ts';
import { migrations } from '../../../../main/runs/store/migrations.ts';
import { experimentSchema } from '../../../../main/runs/experiment/experiment.ts';
import { createRuns, continueRun, pauseRun, resumeRun, stopRun } from '../../../../main/runs/life/lifecycle.ts';
import { adoptRun, orphans } from '../../../../main/runs/life/adopt.ts';
import { lockRun } from '../../../../main/runs/life/lock.ts';
import { markInterrupted, openStore, statusNow } from '../../../../main/runs/store/store.ts';
import { epochRecord, experiment, pairRecord, stepRecord } from '../../../support/run-records.ts';
import { killHard, openTestStore, startChild, temporaryFolder } from '../../../support/run-store.ts';

const position = { training: 0, phase: 1, epoch: 2, batch: 1, step: 5 };

describe('runs in the store', () => {
  it('are created one per seed, in one group, with their experiment beside them', async () => {
    const store = openTestStore(temporaryFolder());
    const deprune = experiment({ name: 'Figure 8: deprune (small)', seeds: [3, 5], notes: 'why' });
    const runs = await createRuns(store, [deprune, experiment({ name: 'full', seeds: [3] })], 'figure-8@now');
    expect(runs.map(({ id, seed, group, status }) => ({ id, seed, group, status }))).toEqual([
      { id: '0001-figure-8-deprune-small', seed: 3, group: 'figure-8@now', status: 'queued' },
      { id: '0002-figure-8-deprune-small', seed: 5, group: 'figure-8@now', status: 'queued' },
      { id: '0003-full', seed: 3, group: 'figure-8@now', status: 'queued' },
    ]);
    const file: unknown = JSON.parse(readFileSync(join(store.folder(runs[1].id), 'experiment.json'), 'utf8'));
    expect(experimentSchema.parse(file)).toEqual({ ...runs[1].experiment, seeds: [5] });
    expect(store.annotations(runs[0].id)).toEqual({ notes: 'why', tags: [] });
  });

  it('are found by id, number, prefix or as the latest', () => {
    const store = openTestStore(temporaryFolder());
    expect(() => store.find('latest')).toThrow(/no runs yet/);
    for (let i = 0; i < 11; i++) store.create(experiment({ name: i === 10 ? '日本' : 'deprune' }), 1);
    expect(store.find('0003-deprune').id).toBe('0003-deprune');
    expect(store.find('3').id).toBe('0003-deprune');
    expect(store.find('0010').id).toBe('0010-deprune');
    expect(store.find('0011-').id).toBe('0011-run');
    expect(store.find('latest').id).toBe('0011-run');
    expect(() => store.find('00')).toThrow(/begins the ids of 11 runs \(0001-deprune, /);
    expect(() => store.find('99')).toThrow(/no run "99"/);
    expect(() => store.find('')).toThrow(/no run ""/);
  });

  it('survive closing and opening, with their dates and annotations', () => {
    const home = temporaryFolder();
    const before = openStore(home);
    const { id } = before.create(experiment(), 1);
    before.setEngine(id, 'client', 'cpu · OpenBLAS');
    before.setEngine(id, 'server', 'webgpu · Dawn');
    before.setFingerprint(id, 'sha256 of images');
    before.setThreads(id, 3);
    before.annotate(id, { tags: ['a', 'b', 'a'] });
    before.annotate(id, { notes: 'good' });
    before.setStatus(id, 'running');
    const failed = before.setStatus(id, 'failed', 'no luck');
    before.close();
    const after = openTestStore(home);
    expect(after.list()).toEqual([failed]);
    expect(failed).toMatchObject({
      status: 'failed',
      error: 'no luck',
      engine: 'cpu · OpenBLAS',
      serverEngine: 'webgpu · Dawn',
    });
    expect(failed).toMatchObject({ fingerprint: 'sha256 of images', threads: 3 });
    expect(failed.endedAt!.getTime()).toBeGreaterThanOrEqual(failed.startedAt!.getTime());
    expect(after.annotations(id)).toEqual({ notes: 'good', tags: ['a', 'b'] });
  });

  it('go through their life in order only', () => {
    const store = openTestStore(temporaryFolder());
    const { id } = store.create(experiment(), 1);
    expect(() => store.setStatus(id, 'finished')).toThrow(/is queued, so it cannot become finished/);
    for (const status of ['running', 'paused', 'running', 'finished'] as const) store.setStatus(id, status);
    for (const status of ['running', 'queued', 'failed', 'interrupted'] as const) {
      expect(() => store.setStatus(id, status)).toThrow(/is finished/);
    }
  });

  it('take commands only where these make sense', () => {
    const store = openTestStore(temporaryFolder());
    const { id } = store.create(experiment(), 1);
    // It waits before it begins, until it is to go on or is stopped.
    pauseRun(store, id);
    expect(store.find(id).status).toBe('queued');
    expect(store.wanted(id)).toBe('pause');
    expect(stopRun(store, id).status).toBe('stopped');
    expect(() => stopRun(store, id)).toThrow(/is stopped/);
    expect(resumeRun(store, 'latest').status).toBe('queued');
    expect(store.wanted(id)).toBe('run');
    store.setStatus(id, 'running');
    pauseRun(store, id);
    expect(store.wanted(id)).toBe('pause');
    continueRun(store, id);
    expect(store.wanted(id)).toBe('run');
    stopRun(store, id);
    expect(store.wanted(id)).toBe('stop');
    expect(() => resumeRun(store, id)).toThrow(/is running/);
  });

  it('are deleted with their records and folder, unless executed, and their number is not used again', () => {
    const store = openTestStore(temporaryFolder());
    const { id } = store.create(experiment(), 1);
    store.append(id, [stepRecord(0), epochRecord(0), pairRecord(0)]);
    const lock = lockRun(store.folder(id), 0);
    expect(() => store.delete(id)).toThrow(/being executed/);
    lock!.release();
    store.delete(id);
    expect(store.list()).toEqual([]);
    expect([store.steps(id), store.epochs(id), store.pairs(id)]).toEqual([[], [], []]);
    expect(existsSync(store.folder(id))).toBe(false);
    expect(store.create(experiment(), 1).id).toBe('0002-deprune');
  });
});

describe('records in the store', () => {
  it('come back as they were, NaN and views of gates included', () => {
    const store = openTestStore(temporaryFolder());
    const { id } = store.create(experiment(), 1);
    const other = store.create(experiment(), 2);
    const steps = [
      stepRecord(0, { gates: Float32Array.of(9, 0.25, -1, 9).subarray(1, 3) }),
      stepRecord(1, { budget: null, crossEntropy: NaN, pruneLoss: Infinity, learningRate: 1e-17 }),
      stepRecord(0, { training: 1, phase: 2, epoch: 3 }),
    ];
    const epochs = [epochRecord(0), epochRecord(1, { testLoss: NaN, budget: 4 })];
    const pairs = [pairRecord(0), pairRecord(1, { budget: null, bytesPerSample: 8192.5 })];
    store.append(id, [...pairs, ...steps, ...epochs].reverse());
    expect(store.steps(id)).toEqual(steps);
    expect(store.epochs(id)).toEqual(epochs);
    expect(store.pairs(id)).toEqual(pairs);
    expect(store.stepCount(id)).toBe(3);
    expect(store.steps(other.id)).toEqual([]);
  });

  it('are replaced, not doubled, when they come again', () => {
    const store = openTestStore(temporaryFolder());
    const { id } = store.create(experiment(), 1);
    store.append(id, [stepRecord(0), stepRecord(1)]);
    store.append(id, [stepRecord(1, { correct: 9 }), stepRecord(2)]);
    expect(store.steps(id).map(({ correct }) => correct)).toEqual([7, 9, 7]);
  });

  it('are added all or not at all', () => {
    const store = openTestStore(temporaryFolder());
    const { id } = store.create(experiment(), 1);
    const broken = { ...stepRecord(1), samples: null as unknown as number };
    expect(() => store.append(id, [stepRecord(0), broken])).toThrow(/NOT NULL/);
    expect(store.steps(id)).toEqual([]);
  });

  it('beyond a checkpoint are removed, those before it and of other runs stay', async () => {
    const store = openTestStore(temporaryFolder());
    const runs = await createRuns(store, [experiment({ seeds: [1, 2] })], 'both');
    const records = [
      ...[0, 4, 5, 6].map((step) => stepRecord(step)),
      ...[0, 1, 2].map((epoch) => epochRecord(epoch)),
      ...[0, 1].map((phase) => pairRecord(phase)),
      stepRecord(0, { training: 1 }),
      epochRecord(0, { training: 1 }),
      pairRecord(0, { training: 1 }),
    ];
    for (const { id } of runs) store.append(id, records);
    const { id } = runs[0];
    store.truncateAfter(id, position);
    expect(store.steps(id).map(({ step }) => step)).toEqual([0, 4]);
    expect(store.epochs(id).map(({ epoch }) => epoch)).toEqual([0, 1]);
    expect(store.pairs(id).map(({ phase }) => phase)).toEqual([0]);
    store.truncateAfter(id, { training: 1, phase: 0, epoch: 0, batch: 0, step: 0 });
    expect(store.stepCount(id)).toBe(2);
    store.truncateAfter(id, null);
    expect(store.stepCount(id)).toBe(0);
    expect(store.stepCount(runs[1].id)).toBe(5);
  });

  it('of one source are removed while those of another stay', () => {
    const store = openTestStore(temporaryFolder());
    const { id } = store.create(experiment(), 1);
    store.append(id, [stepRecord(0), stepRecord(1), stepRecord(0, { source: 1 }), stepRecord(1, { source: 1 })]);
    store.truncateAfter(id, { training: 0, phase: 0, epoch: 0, batch: 1, step: 1 }, 1);
    expect(store.steps(id).map(({ step, source }) => [step, source])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
    ]);
  });

  it('can be followed as they come, and a generation tells when some were taken away', async () => {
    const store = openTestStore(temporaryFolder());
    const [one, other] = await createRuns(store, [experiment({ seeds: [1, 2] })], 'both');
    store.append(one.id, [stepRecord(0), stepRecord(1), stepRecord(2)]);
    const first = store.stepsAfter(one.id, 0, 2);
    expect(first.steps.map(({ step }) => step)).toEqual([0, 1]);
    store.append(other.id, [stepRecord(0)]);
    store.append(one.id, [stepRecord(3)]);
    const second = store.stepsAfter(one.id, first.row, 100);
    expect(second.steps).toEqual(store.steps(one.id).slice(2));
    expect(store.stepsAfter(one.id, second.row, 100)).toEqual({ steps: [], row: second.row });
    expect(store.generation(one.id)).toBe(0);
    store.truncateAfter(one.id, { training: 0, phase: 0, epoch: 0, batch: 1, step: 1 });
    store.append(one.id, [stepRecord(1)]);
    expect(store.stepsAfter(one.id, second.row, 100).steps.map(({ step }) => step)).toEqual([1]);
    expect(store.generation(one.id)).toBe(1);
    expect(store.generation(other.id)).toBe(0);
  });
});

describe('opening the store', () => {
  it('marks a running run whose process is gone as interrupted, and only that', async () => {
    const home = temporaryFolder();
    const store = openTestStore(home);
    const { id } = store.create(experiment({ phases: [{ budget: 4, epochs: 1000 }] }), 1);
    const idle = store.create(experiment(), 1);
    const child = startChild('execute', home, id, '5');
    await once(child, 'message');
    expect(openTestStore(home).find(id).status).toBe('running');
    await killHard(child);
    expect(store.find(id).status).toBe('running');
    const reopened = openTestStore(home);
    expect(reopened.find(id)).toMatchObject({ status: 'interrupted', endedAt: null });
    expect(reopened.find(idle.id).status).toBe('queued');
  });

  it('knows of a run whose process is gone where that cannot be written', () => {
    const home = temporaryFolder();
    const store = openTestStore(home);
    const [gone, executed, paused] = [1, 2, 3].map((seed) => store.create(experiment(), seed).id);
    const lock = lockRun(store.folder(executed), 0)!;
    for (const id of [gone, executed, paused]) store.setStatus(id, 'running');
    store.setStatus(paused, 'paused');
    const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    const unwritable = {
      ...store,
      setStatus: () => {
        throw full;
      },
    };
    const dead: string[] = [];
    expect(() => markInterrupted(unwritable, (id) => dead.push(id))).toThrow(full);
    expect(dead).toEqual([gone, paused]);
    expect(store.list().map((run) => statusNow(store, run))).toEqual(['interrupted', 'running', 'interrupted']);
    lock.release();
    expect(statusNow(store, { id: executed, status: 'finished' })).toBe('finished');
  });

  it('brings the runs of the first format along', () => {
    const home = temporaryFolder();
    const old = new Libsql(join(home, 'sluice.db'));
    for (const statement of migrations[0]) old.exec(statement);
    old.exec(
      `INSERT INTO runs (id, name, seed, "group", status, wanted, experiment, createdAt, notes, tags)
         VALUES ('0001-old', 'old', 1, 'g', 'finished', 'run', '${JSON.stringify(experiment())}', 0, '', '[]');
       INSERT INTO steps VALUES ('0001-old', 0, 0, 0, 0, 4, 0.01, 16, 1, 0.5, 7, 8192, 16384, 0.25, 0.125, 0.5, NULL);
       INSERT INTO epochs VALUES ('0001-old', 0, 0, 0, NULL, 0.7, 0.6, 0.8, 0.55, 10, 20, 80.5, 12.25);
       INSERT INTO pairs VALUES ('0001-old', 0, 0, 4, 0.5, 0.9, 512);
       PRAGMA user_version = 1`,
    );
    old.close();
    const store = openTestStore(home);
    const times = { clientSeconds: 0.25, wireSeconds: 0.125, serverSeconds: 0.5, waitSeconds: 0 };
    const unknown = { wireUp: 8192, wireDown: 16384, ...times };
    expect(store.steps('0001-old')).toEqual([stepRecord(0, unknown)]);
    const bytes = { bytesUp: 10, bytesDown: 20, wireUp: 10, wireDown: 20 };
    expect(store.epochs('0001-old')).toEqual([epochRecord(0, bytes)]);
    expect(store.pairs('0001-old')).toEqual([pairRecord(0)]);
  });

  it('refuses a file that is no store, or one from a newer Sluice, and says what to do', () => {
    const home = temporaryFolder();
    writeFileSync(join(home, 'sluice.db'), 'text, and quite a lot of it, in place of a database'.repeat(20));
    expect(() => openStore(home)).toThrow(/sluice\.db is damaged: file is not a database.*sluice adopt --all/);
    const other = temporaryFolder();
    const database = openDatabase(join(other, 'sluice.db'));
    database.run('PRAGMA user_version = 99');
    database.close();
    expect(() => openStore(other)).toThrow(/has format 99, .* Update Sluice/);
  });

  it('says of a damaged database which file it is and how the runs come back, and so they do', async () => {
    const home = temporaryFolder();
    const before = openStore(home);
    const { id } = before.create(experiment(), 1);
    before.close();
    const path = join(home, 'sluice.db');
    new Libsql(path).exec('PRAGMA wal_checkpoint(TRUNCATE)');
    for (const end of ['-wal', '-shm']) rmSync(path + end, { force: true });
    const bytes = readFileSync(path);
    // The first page has the tables' names and places; what is in them is gone.
    writeFileSync(path, bytes.fill(0xa5, 4096));
    const opening = (): unknown => openStore(home).list();
    expect(opening).toThrow(
      /run store .*sluice\.db is damaged: .*malformed.* Move sluice\.db away.*sluice adopt --all/,
    );
    for (const end of ['', '-wal', '-shm'].filter((each) => existsSync(path + each)))
      renameSync(path + end, `${home}/damaged${end}`);
    const store = openTestStore(home);
    for (const orphan of orphans(store)) await adoptRun(store, orphan);
    expect(store.list().map((run) => run.id)).toEqual([id]);
  });

  it('says which run has settings that cannot be read', () => {
    const home = temporaryFolder();
    const store = openTestStore(home);
    const { id } = store.create(experiment(), 1);
    const other = openDatabase(join(home, 'sluice.db'));
    other.run(`UPDATE runs SET experiment = '{"name'`);
    other.close();
    expect(() => store.list()).toThrow(new RegExp(`settings of run ${id} in sluice\\.db are damaged.*adopt --all`));
  });

  it('says so when its folder cannot be one, and does not advise to move the store away', () => {
    const taken = join(temporaryFolder(), 'taken');
    writeFileSync(taken, 'a file');
    expect(() => openStore(taken)).toThrow(/Runs cannot be kept in .*taken \(EEXIST.*SLUICE_HOME/);
  });
});
