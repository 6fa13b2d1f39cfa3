import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import Libsql from 'libsql';
import { describe, expect, it } from 'vitest';
import { entry } from '../../main/entry.ts';
import { loadCheckpoint } from '../../main/runs/checkpoint/checkpoint.ts';
import { pairFolder } from '../../main/runs/checkpoint/pair.ts';
import { readSafetensors } from '../../main/runs/checkpoint/weights-file.ts';
import { resumeRun } from '../../main/runs/life/lifecycle.ts';
import { migrations } from '../../main/runs/store/migrations.ts';
import type { Store } from '../../main/runs/store/store.ts';
import { execute } from '../support/network-runs.ts';
import { experiment } from '../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../support/run-store.ts';

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));

/** A copy of the home that version 0.1 left. */
function oldHome(): string {
  const home = temporaryFolder();
  cpSync(join(fixtures, 'home-0.1'), home, { recursive: true });
  return home;
}

async function sluice(home: string, ...args: string[]): Promise<string> {
  const { url, execArgv } = entry(import.meta.url, '../../main/cli.ts');
  const child = spawn(process.execPath, [...execArgv, fileURLToPath(url), ...args], {
    env: { ...process.env, SLUICE_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return text(child.stdout);
}

/** Rows of CSV by the names of their columns. */
function rowsOf(csv: string): Record<string, string>[] {
  const [header, ...lines] = csv.trimEnd().split(/\r?\n/);
  const names = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [names[i], value])));
}

/** All weights of a run's pairs, by file. */
async function weightsOf(store: Store, id: string): Promise<[string, Float32Array][]> {
  const files = store
    .pairs(id)
    .flatMap((pair) =>
      ['client', 'server'].map((half) => join(pairFolder(store.folder(id), pair), `${half}.safetensors`)),
    );
  const tensors = await Promise.all(files.map(async (file) => Object.entries((await readSafetensors(file)).tensors)));
  return tensors
    .flat()
    .flatMap(([name, { data }]): [string, Float32Array][] => (data instanceof Float32Array ? [[name, data]] : []));
}

/** Equal bit for bit where the engine is the one that trained before; elsewhere as close as its rounding lets it be. */
function expectSame(found: [string, Float32Array][], expected: [string, Float32Array][], sameEngine: boolean): void {
  expect(found.map(([name]) => name)).toEqual(expected.map(([name]) => name));
  expect(found.length).toBeGreaterThan(0);
  if (sameEngine) expect(found).toEqual(expected);
  found.forEach(([name, data], at) => {
    const most = data.reduce((far, value, i) => Math.max(far, Math.abs(value - expected[at][1][i])), 0);
    expect(most, name).toBeLessThan(0.02);
  });
}

describe('a home of the version before', { timeout: 120_000 }, () => {
  it('lists its runs as they were, and has their checkpoints', async () => {
    const home = oldHome();
    const store = openTestStore(home);
    expect(store.list().map(({ id, status }) => `${id} ${status}`)).toEqual([
      '0001-prune finished',
      '0002-whole finished',
      '0003-one stopped',
      '0004-separate stopped',
      '0005-shared stopped',
    ]);
    expect(store.get('0001-prune')).toMatchObject({ uid: null, fingerprint: null, threads: null });
    expect(store.annotations('0001-prune')).toEqual({ notes: 'kept from 0.1', tags: ['old'] });
    const checkpoints = ['0003-one', '0004-separate', '0005-shared'].map((id) => loadCheckpoint(store.folder(id)));
    const kinds = (await Promise.all(checkpoints)).map((cut) =>
      [...cut.values()].map(({ position, server }) => `${server.kind} ${position.step}`),
    );
    expect(kinds).toEqual([['state 9'], ['kept 10'], ['kept 5', 'shared 5']]);
    const listed = await sluice(home, 'list');
    for (const name of ['prune', 'whole', 'one', 'separate', 'shared']) expect(listed).toContain(name);
  });

  it.each(['epochs', 'steps', 'pairs'])('exports its %s with every value it had', async (what) => {
    const expected = rowsOf(readFileSync(join(fixtures, `exported-0.1/${what}.csv`), 'utf8'));
    const exported = rowsOf(await sluice(oldHome(), 'export', '1', '--format', 'csv', '--what', what));
    expect(exported).toHaveLength(expected.length);
    expect(exported).toMatchObject(expected);
  });

  it.each(['0003-one', '0004-separate'])('resumes %s to the weights of a run that was never stopped', async (id) => {
    const store = openTestStore(oldHome());
    const { engine } = store.get(id);
    resumeRun(store, id);
    expect((await execute(store, id)).status).toBe('finished');
    expect(store.stepCount(id)).toBe(18);
    const [found, expected] = [await weightsOf(store, id), await weightsOf(store, '0002-whole')];
    expectSame(found, expected, store.get(id).engine === engine);
  });

  it('resumes a run of two sources', async () => {
    const store = openTestStore(oldHome());
    resumeRun(store, '0005-shared');
    expect((await execute(store, '0005-shared')).status).toBe('finished');
    expect(
      store
        .pairs('0005-shared')
        .map(({ source }) => source)
        .sort(),
    ).toEqual([0, 1]);
    const steps = store.steps('0005-shared').map(({ source, step }) => `${source}.${step}`);
    expect(new Set(steps).size).toBe(18);
  });
});

it.each([1, 2, 3])('a store of format %i is brought up to date, with its runs', (format) => {
  const home = temporaryFolder();
  mkdirSync(join(home, 'runs'));
  const old = new Libsql(join(home, 'sluice.db'));
  for (const statement of migrations.slice(0, format).flat()) old.exec(statement);
  old.exec(`PRAGMA user_version = ${format}`);
  const insert = old.prepare(
    `INSERT INTO runs (id, name, seed, "group", status, wanted, experiment, createdAt, notes, tags)
     VALUES ('0001-old', 'old', 1, 'old', 'finished', 'run', ?, 0, '', '[]')`,
  );
  insert.run([JSON.stringify(experiment())]);
  old.exec(
    `INSERT INTO epochs VALUES ('0001-old', 0, 0, ${format > 1 ? '0, ' : ''}0, 4, 1, 0.5, 1, 0.25, 10, 20, ${format > 1 ? '10, 20, ' : ''}8, 2)`,
  );
  old.close();
  const store = openTestStore(home);
  expect(store.list()).toMatchObject([{ id: '0001-old', status: 'finished' }]);
  expect(store.epochs('0001-old')).toMatchObject([{ source: 0, budget: 4, testAccuracy: 0.25, wireDown: 20 }]);
});
