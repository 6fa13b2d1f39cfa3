import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { describe, expect, it } from 'vitest';
import { loadCheckpoint } from '../../../../main/runs/checkpoint/checkpoint.ts';
import type { RunEvent } from '../../../../main/runs/life/execution.ts';
import { resumeRun } from '../../../../main/runs/life/lifecycle.ts';
import { allRecords } from '../../../../main/runs/life/lost-records.ts';
import { openRecordFile, recordFilePath, readRecordFile } from '../../../../main/runs/store/record-file.ts';
import type { Store } from '../../../../main/runs/store/store.ts';
import type { Run } from '../../../../main/runs/store/run.ts';
import { epochRecord, experiment, pairRecord, stepRecord } from '../../../support/run-records.ts';
import { openTestStore, takeUp, temporaryFolder } from '../../../support/run-store.ts';
import { executeToy, type ToyOptions } from '../../../support/toy-training.ts';

const toy: ToyOptions = { stepsPerEpoch: 6 };
const plan = experiment({ phases: [{ budget: 4, epochs: 3 }], checkpointSteps: 4 });
const totalSteps = 18;

/** A run that was stopped after 11 of its 18 steps, with checkpoints at 11 and, before that, at 8. */
async function stoppedRun() {
  const home = temporaryFolder();
  const store = openTestStore(home);
  const { id } = store.create(plan, 1);
  const stop = new AbortController();
  const onStep = (step: number) => step === 10 && stop.abort();
  await executeToy(store, id, { ...toy, onStep }, { signal: stop.signal });
  return { home, store, id, folder: store.folder(id) };
}

/** What another connection does to the database, as a lost log would. */
function damage(home: string, sql: string): void {
  const database = new Libsql(join(home, 'sluice.db'));
  database.exec(sql);
  database.close();
}

/** Goes on with it; what it said, and at which step it began. */
async function resume(store: Store, id: string) {
  resumeRun(store, id);
  const said: string[] = [];
  const steps: number[] = [];
  const onEvent = (event: RunEvent) => event.kind === 'notice' && said.push(event.message);
  const run = await executeToy(store, id, { ...toy, onStep: (step) => steps.push(step) }, { onEvent });
  return { said: said.join('\n'), from: steps[0], status: run.status };
}

const whole = (store: Store, id: string): number[] => store.steps(id).map(({ step }) => step);
const allSteps = Array.from({ length: totalSteps }, (_, step) => step);
const filed = (store: Store, { id, uid }: Run) =>
  [...readRecordFile(store.folder(id), uid!).ledger.all()].filter(({ kind }) => kind === 'step');

describe('a run whose records are there', () => {
  it('goes on without a word, and has them in its folder as in the database', async () => {
    const { store, id, folder } = await stoppedRun();
    expect(await resume(store, id)).toEqual({ said: '', from: 11, status: 'finished' });
    const { ledger, damaged } = readRecordFile(folder, store.get(id).uid!);
    expect(damaged).toBe(0);
    const inOrder = (kind: string) => [...ledger.all()].filter((record) => record.kind === kind);
    expect(inOrder('step')).toEqual(store.steps(id));
    expect(inOrder('epoch')).toEqual(store.epochs(id));
    expect(inOrder('pair')).toEqual(store.pairs(id));
    expect(store.stepCount(id)).toBe(totalSteps);
  });

  it('does not count what came after its last checkpoint', async () => {
    const { store, id, folder } = await stoppedRun();
    // As of a process that was killed between the file and the database.
    const file = openRecordFile(folder, store.get(id).uid!);
    file.append([stepRecord(11), stepRecord(12)]);
    file.close();
    store.append(id, [stepRecord(11)]);
    expect(await resume(store, id)).toEqual({ said: '', from: 11, status: 'finished' });
    expect(whole(store, id)).toEqual(allSteps);
    expect(store.steps(id)[11].epoch).toBe(1);
  });

  it('counts the bytes of before in how far it is', async () => {
    const { store, id } = await stoppedRun();
    const perStep = store.byteCount(id) / 11;
    resumeRun(store, id);
    const bytes: number[] = [];
    await executeToy(store, id, toy, {
      onEvent: (event) => event.kind === 'progress' && bytes.push(event.bytesDone),
    });
    expect(bytes[0]).toBe(12 * perStep);
  });
});

describe('a run that has lost records', () => {
  it.each([
    ['steps of the middle', 'DELETE FROM steps WHERE step BETWEEN 3 AND 6'],
    ['its last steps', 'DELETE FROM steps WHERE step > 5'],
    ['all of them', 'DELETE FROM steps; DELETE FROM epochs; DELETE FROM pairs'],
    ['an epoch', 'DELETE FROM epochs'],
    ['no row, but a number in one', 'UPDATE steps SET bytesUp = bytesUp + 1 WHERE step = 7'],
  ])('has them again when the database lost %s', async (_, sql) => {
    const { home, store, id } = await stoppedRun();
    const before = allRecords(store, id);
    damage(home, sql);
    const { said, from, status } = await resume(store, id);
    expect(said).toMatch(/restored from .*records\.jsonl \(11 steps\)/);
    expect({ from, status }).toEqual({ from: 11, status: 'finished' });
    expect(whole(store, id)).toEqual(allSteps);
    expect(store.steps(id).slice(0, 11)).toEqual(before.filter(({ kind }) => kind === 'step'));
    expect(store.epochs(id)).toHaveLength(3);
  });

  it.each([
    ['was cut', (text: Buffer) => text.subarray(0, text.length - 40)],
    [
      'has a flipped bit',
      (text: Buffer) => Buffer.from(text.map((byte, i) => (i === text.length >> 1 ? byte ^ 4 : byte))),
    ],
    ['is gone', () => Buffer.alloc(0)],
  ])('has them from the database when the file %s', async (_, damaged) => {
    const { store, id, folder } = await stoppedRun();
    const path = recordFilePath(folder);
    writeFileSync(path, damaged(readFileSync(path)));
    const { said, from } = await resume(store, id);
    expect(said).toMatch(/records\.jsonl was not as it was written/);
    expect(from).toBe(11);
    expect(whole(store, id)).toEqual(allSteps);
    expect(filed(store, store.get(id))).toEqual(store.steps(id));
  });

  it('has them from both where each has lost others', async () => {
    const { home, store, id, folder } = await stoppedRun();
    damage(home, 'DELETE FROM steps WHERE step < 2');
    const lines = readFileSync(recordFilePath(folder), 'utf8').split('\n');
    const flipped = lines.map((line, i) => (i === lines.length - 2 ? line.replace(/\d/, 'x') : line));
    writeFileSync(recordFilePath(folder), flipped.join('\n'));
    expect((await resume(store, id)).from).toBe(11);
    expect(whole(store, id)).toEqual(allSteps);
  });

  it('goes back to the checkpoint before where both lost what came after', async () => {
    const { home, store, id, folder } = await stoppedRun();
    damage(home, 'DELETE FROM steps WHERE step >= 9');
    const lines = readFileSync(recordFilePath(folder), 'utf8').split('\n');
    writeFileSync(recordFilePath(folder), lines.slice(0, -2).join('\n') + '\n');
    const { said, from, status } = await resume(store, id);
    expect(said).toMatch(/Records that the checkpoint in it comes after are lost/);
    expect({ from, status }).toEqual({ from: 8, status: 'finished' });
    expect(whole(store, id)).toEqual(allSteps);
    expect(store.byteCount(id)).toBe(totalSteps * (8192 + 16384));
  });

  it('goes back to the checkpoint before where a bit of the last one flipped', async () => {
    const { store, id, folder } = await stoppedRun();
    const last = join(folder, 'checkpoint', readdirSync(join(folder, 'checkpoint')).sort().at(-1)!);
    const path = join(last, 'client.momentum.safetensors');
    writeFileSync(
      path,
      readFileSync(path).map((byte, i, { length }) => (i === length - 3 ? byte ^ 1 : byte)),
    );
    const { said, from, status } = await resume(store, id);
    expect(said).toContain(`The checkpoint in ${last} is damaged`);
    expect({ from, status }).toEqual({ from: 8, status: 'finished' });
    expect(whole(store, id)).toEqual(allSteps);
    const undisturbed = store.create(plan, 1).id;
    await executeToy(store, undisturbed, toy);
    const weights = async (run: string) => (await loadCheckpoint(store.folder(run))).get(0)!.client;
    expect(await weights(id)).toEqual(await weights(undisturbed));
  });

  it('does not go on where no checkpoint has its records, and says what is missing', async () => {
    const { home, store, id, folder } = await stoppedRun();
    damage(home, 'DELETE FROM steps WHERE step = 1');
    rmSync(recordFilePath(folder));
    await expect(resume(store, id)).rejects.toMatchObject({
      code: 'records-lost',
      message: expect.stringMatching(/after \d+ steps .*sluice\.db.*sluice run .*experiment\.json/) as string,
    });
    expect(store.get(id).status).toBe('failed');
    await expect(resume(store, id)).rejects.toMatchObject({ code: 'records-lost' });
    // Who puts the records back can go on from the last one.
    expect(readdirSync(join(folder, 'checkpoint'))).toHaveLength(2);
  });

  it('has them again when they go while it trains', async () => {
    const { home, store, id } = await stoppedRun();
    resumeRun(store, id);
    const said: string[] = [];
    const onStep = (step: number): void => {
      if (step === 15) damage(home, 'DELETE FROM steps WHERE step < 9');
    };
    await executeToy(
      store,
      id,
      { ...toy, onStep },
      {
        onEvent: (event) => event.kind === 'notice' && said.push(event.message),
      },
    );
    expect(said).toEqual([expect.stringMatching(/\(9 steps\); they are restored .* \(18 steps\)/)]);
    expect(whole(store, id)).toEqual(allSteps);
  });

  it('is not finished when they go while it trains, and its folder has them neither', async () => {
    const { home, store, id, folder } = await stoppedRun();
    resumeRun(store, id);
    const onStep = (step: number): void => {
      if (step !== 16) return;
      damage(home, 'DELETE FROM steps WHERE step < 9');
      writeFileSync(recordFilePath(folder), '');
    };
    await expect(executeToy(store, id, { ...toy, onStep })).rejects.toMatchObject({ code: 'records-lost' });
    expect(store.get(id).status).toBe('failed');
  });
});

describe('a run and its folder', () => {
  it('do not go together when the folder is of another run', async () => {
    const [one, other] = [await stoppedRun(), await stoppedRun()];
    rmSync(one.folder, { recursive: true });
    cpSync(other.folder, one.folder, { recursive: true });
    await expect(resume(one.store, one.id)).rejects.toMatchObject({ code: 'run-other' });
  });

  it('do not go on from the checkpoint of another run or of other settings', async () => {
    const [one, other] = [await stoppedRun(), await stoppedRun()];
    cpSync(join(other.folder, 'checkpoint'), join(one.folder, 'checkpoint'), { recursive: true });
    await expect(resume(one.store, one.id)).rejects.toThrow(/The checkpoint in .* is of another run\. Move/);
    damage(other.home, `UPDATE runs SET experiment = json_set(experiment, '$.batchSize', 17)`);
    await expect(resume(other.store, other.id)).rejects.toThrow(/was made with other settings than the run has/);
  });

  it('go together again when run.json was damaged', async () => {
    const { store, id, folder } = await stoppedRun();
    writeFileSync(join(folder, 'run.json'), '{"format":1');
    expect((await resume(store, id)).status).toBe('finished');
    expect(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))).toMatchObject({ id, uid: store.get(id).uid });
  });
});

it('a source that died after an epoch has records of no checkpoint, and the next one knows', async () => {
  const store = openTestStore(temporaryFolder());
  const run = store.create(plan, 1);
  const { records } = await takeUp(store, run);
  records.append([stepRecord(0), stepRecord(1), epochRecord(0), pairRecord(0)]);
  const at = { training: 0, phase: 0, epoch: 0, batch: 2, step: 2 };
  const mark = (await records.bind(new Map([[0, at]]))).records.get(0)!;
  expect(mark.sum.counts).toEqual({ step: 2, epoch: 0, pair: 0 });
  expect(mark.place).toEqual({ training: 0, phase: 0, epoch: 0, step: 2 });
  records.rewind(0, at);
  expect((await records.bind(new Map([[0, at]]))).records.get(0)).toEqual(mark);
  records.verify();
  expect(store.epochs(run.id)).toEqual([]);
});

it('records that the database does not take are not in the file either', async () => {
  const store = openTestStore(temporaryFolder());
  const run = store.create(plan, 1);
  const { records } = await takeUp(store, run);
  records.append([stepRecord(0)]);
  const broken = { ...stepRecord(1), samples: null as unknown as number };
  expect(() => records.append([broken])).toThrow(/NOT NULL/);
  records.append([stepRecord(1)]);
  records.verify();
  expect(filed(store, store.get(run.id))).toEqual(store.steps(run.id));
});
