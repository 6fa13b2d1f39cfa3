import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { strFromU8, strToU8, unzipSync, zipSync, type Zippable } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportRuns } from '../../../../main/exports/export.ts';
import { importRuns } from '../../../../main/runs/import/import.ts';
import { resumeRun } from '../../../../main/runs/life/lifecycle.ts';
import { allRecords } from '../../../../main/runs/life/lost-records.ts';
import type { Run } from '../../../../main/runs/store/run.ts';
import { openStore, type Store } from '../../../../main/runs/store/store.ts';
import { experiment } from '../../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';
import { executeToy } from '../../../support/toy-training.ts';

const toy = { stepsPerEpoch: 6 };
const plan = experiment({ name: 'deprune', phases: [{ budget: 4, epochs: 2 }], seeds: [1, 2], notes: 'why' });

interface Home {
  readonly home: string;
  readonly store: Store;
}

function newHome(): Home {
  const home = temporaryFolder();
  return { home, store: openTestStore(home) };
}

interface Theirs extends Home {
  readonly one: string;
  readonly two: string;
  /** Both runs with their checkpoints. */
  readonly zip: Uint8Array;
}

/** A home with a finished run and one that was stopped after 9 of 12 steps. */
async function trainedHome(home: string): Promise<Theirs> {
  const store = openStore(home);
  const [one, two] = [1, 2].map((seed) => store.create(plan, seed, 'both@now').id);
  await executeToy(store, one, toy);
  const stop = new AbortController();
  await executeToy(store, two, { ...toy, onStep: (step) => step === 8 && stop.abort() }, { signal: stop.signal });
  store.annotate(one, { notes: 'good', tags: ['kept'] });
  return { home, store, one, two, zip: await zipOf(store, [one, two], true) };
}

let theirs: Theirs;

beforeAll(async () => {
  theirs = await trainedHome(mkdtempSync(join(tmpdir(), 'sluice-theirs-')));
});

afterAll(() => {
  theirs.store.close();
  rmSync(theirs.home, { recursive: true, force: true });
});

/** A home with a run of its own, so that numbers differ, into which nothing was brought yet. */
function otherHome(): Home {
  const other = newHome();
  other.store.create(experiment({ name: 'own' }), 1);
  return other;
}

async function zipOf(store: Store, runs: readonly string[], checkpoints = false): Promise<Uint8Array> {
  return (await exportRuns(store, { runs, format: 'zip', checkpoints })).data;
}

function written(name: string, data: Uint8Array): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, data);
  return path;
}

/** What a run is besides its id, where it lies and where it is from. */
function same({ store }: Home, id: string): object {
  const { name, seed, group, status, experiment, createdAt, engine, uid }: Run = store.get(id);
  const facts = { name, seed, group, status, experiment, createdAt, engine, uid };
  return { facts, records: allRecords(store, id), ...store.annotations(id) };
}

describe('runs of another home', () => {
  it('come in a zip under numbers of their own, with all there is of them, and go on from their checkpoint', async () => {
    const path = written('results.zip', theirs.zip);
    const ours = otherHome();
    expect(await importRuns(ours.store, path, ours)).toEqual([
      { from: theirs.one, id: '0002-deprune', outcome: 'imported', reason: null },
      { from: theirs.two, id: '0003-deprune', outcome: 'imported', reason: null },
    ]);
    expect(same(ours, '0002-deprune')).toEqual(same(theirs, theirs.one));
    expect(same(ours, '0003-deprune')).toEqual(same(theirs, theirs.two));
    const { origin } = ours.store.get('0003-deprune');
    expect(origin).toMatchObject({ format: 'sluice', from: 'results.zip', run: theirs.two });
    resumeRun(ours.store, '3');
    expect((await executeToy(ours.store, '0003-deprune', toy)).status).toBe('finished');
    expect(ours.store.stepCount('0003-deprune')).toBe(12);
    // What it was made of is gone.
    expect(readdirSync(ours.home).filter((name) => name.startsWith('.importing'))).toEqual([]);
  });

  it('do not begin anew and lose their records where the checkpoint did not come along', async () => {
    const path = written('results.zip', await zipOf(theirs.store, [theirs.two]));
    const ours = otherHome();
    await importRuns(ours.store, path, ours);
    expect(() => resumeRun(ours.store, 'latest')).toThrow(
      /without a checkpoint.* Export run 0002-deprune with --checkpoints/,
    );
    expect(ours.store.stepCount('0002-deprune')).toBe(9);
  });

  it('come from its folder, once', async () => {
    const ours = otherHome();
    const outcomes = async (path: string) => (await importRuns(ours.store, path, ours)).map(({ outcome }) => outcome);
    expect(await outcomes(theirs.store.folder(theirs.one))).toEqual(['imported']);
    expect(await outcomes(theirs.home)).toEqual(['there', 'imported']);
    expect(await outcomes(theirs.home)).toEqual(['there', 'there']);
    expect(ours.store.list()).toHaveLength(3);
    ours.store.truncateAfter('0003-deprune', null);
    const [, later] = await importRuns(ours.store, theirs.home, ours);
    expect(later).toMatchObject({ outcome: 'there', id: '0003-deprune' });
    expect(later.reason).toMatch(/the one here 0\. To have these, delete it first: sluice delete 0003-deprune/);
  });
});

describe('what is not as it was written', () => {
  /** The files of a zip with two runs after a change to the first; the second has to come all the same. */
  async function changed(change: (files: Zippable, one: string) => void) {
    const files: Zippable = unzipSync(theirs.zip);
    change(files, theirs.one);
    const ours = otherHome();
    const taken = await importRuns(ours.store, written('results.zip', zipSync(files)), ours);
    expect(taken[1]).toMatchObject({ from: theirs.two, outcome: 'imported' });
    expect(ours.store.list()).toHaveLength(2);
    expect(readdirSync(join(ours.home, 'runs'))).toHaveLength(2);
    expect(taken[0]).toMatchObject({ outcome: 'refused', id: null });
    return taken[0].reason!;
  }

  const flip = (bytes: unknown, at: number): void => void ((bytes as Uint8Array)[at] ^= 1);

  it.each<[what: string, file: string, at: number, said: RegExp]>([
    ['settings', 'run.json', 90, /run\.json is not as it was written: .* Export the run again/],
    ['records', 'records.jsonl', 600, /a line of .*records\.jsonl are not as they were written/],
    ['a pair', 'pairs/0-0-b1/server.safetensors', -4, /damaged/],
    ['a checkpoint', 'checkpoint/000002/client.safetensors', -4, /damaged/],
  ])('is left out: %s', async (_, file, at, said) => {
    const reason = await changed((files, one) => {
      const path = Object.keys(files).find((name) => name.startsWith(one) && name.endsWith(file))!;
      const bytes = files[path] as Uint8Array;
      flip(bytes, at < 0 ? bytes.length + at : at);
    });
    expect(reason).toMatch(said);
  });

  it('is left out when its sums are right and its values are none', async () => {
    const reason = await changed((files, one) => {
      const [head, ...lines] = strFromU8(files[`${one}/records.jsonl`] as Uint8Array)
        .trimEnd()
        .split('\n');
      const bad = lines[0].slice(9).replace('"epoch":[[0,', '"epoch":[[-7,');
      expect(bad).toContain('-7');
      const line = `${crc32(Buffer.from(bad)).toString(16).padStart(8, '0')} ${bad}`;
      files[`${one}/records.jsonl`] = strToU8([head, line, ...lines.slice(1), ''].join('\n'));
    });
    expect(reason).toMatch(/records\.jsonl has a record whose training is not what it has to be/);
  });
});

describe('an archive that cannot be trusted', () => {
  it.each<[what: string, files: Zippable, code: string]>([
    ['leads out of its folder', { '../run.json': strToU8('{}') }, 'archive-unsafe'],
    ['holds no run', { 'readme.txt': strToU8('-') }, 'import-empty'],
  ])('%s', async (_, files, code) => {
    const ours = otherHome();
    const path = written('results.zip', zipSync(files));
    await expect(importRuns(ours.store, path, ours)).rejects.toMatchObject({ code });
    expect(ours.store.list()).toHaveLength(1);
  });

  it('becomes far more than it is', async () => {
    const zip = Buffer.from(zipSync({ 'a/records.jsonl': strToU8('-') }));
    // What its directory says of the size.
    zip.writeUInt32LE(2 ** 28 + 1, zip.indexOf('PK\x01\x02') + 24);
    const ours = otherHome();
    const coming = importRuns(ours.store, written('results.zip', zip), ours);
    await expect(coming).rejects.toMatchObject({ code: 'archive-unsafe' });
  });

  it('is not there, or no archive', async () => {
    const ours = otherHome();
    await expect(importRuns(ours.store, join(ours.home, 'no.zip'), ours)).rejects.toMatchObject({
      code: 'file-missing',
    });
    const path = written('results.txt', strToU8('-'));
    await expect(importRuns(ours.store, path, ours)).rejects.toMatchObject({ code: 'archive-unknown' });
  });
});

it('is said of a folder of before, which tells nothing of its run, that it holds none', async () => {
  const before = join(temporaryFolder(), '0001-deprune');
  cpSync(theirs.store.folder(theirs.one), before, { recursive: true });
  rmSync(join(before, 'run.json'));
  const ours = otherHome();
  await expect(importRuns(ours.store, before, ours)).rejects.toMatchObject({ code: 'import-empty' });
});
