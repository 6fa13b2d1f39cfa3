import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync, zipSync, type Zippable } from 'fflate';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exportFolder, exportZip } from '../../../main/sets/export.ts';
import { modelsFolder, removeSet } from '../../../main/sets/home.ts';
import { importSet } from '../../../main/sets/import.ts';
import { openSet, type OpenedSet } from '../../../main/sets/open.ts';
import { openEngine } from '../../../main/engine/engine.ts';
import { scratchFolder, useHome, writeFile } from '../../support/datasets.ts';
import { makeTestSet } from '../../support/model-set.ts';

let set: OpenedSet;

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

beforeEach(async () => {
  useHome();
  set = await makeTestSet({ budgets: [null, 2] });
});

/** The names of what lies in a folder, hidden things too. */
function within(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .sort();
}

/** The zip of the set with some members changed. */
async function zipWith(change: (files: Zippable) => Zippable): Promise<string> {
  const zip = join(scratchFolder(), 'some.zip');
  await exportZip(set, zip);
  writeFileSync(zip, zipSync(change(unzipSync(readFileSync(zip))), { level: 0 }));
  return zip;
}

async function refused(path: string): Promise<Error> {
  const error: unknown = await importSet(path, { name: 'other' }).catch((thrown: unknown) => thrown);
  expect(within(modelsFolder()).filter((name) => !name.startsWith('tiny'))).toEqual([]);
  return error as Error;
}

const files = ['2/client.safetensors', '2/server.safetensors', 'full/client.safetensors', 'full/server.safetensors'];

describe('an exported set', () => {
  it('is a zip that comes in as the same set', async () => {
    const zip = join(scratchFolder(), 'sub', 'out.zip');
    const heard: number[] = [];
    await exportZip(set, zip, ({ done, total }) => heard.push(done / total!));
    expect(Object.keys(unzipSync(readFileSync(zip))).sort()).toEqual(
      [...files, 'set.json'].map((file) => `tiny/${file}`),
    );
    expect(readdirSync(join(zip, '..'))).toEqual(['out.zip']);
    expect(heard.at(-1)).toBe(1);
    await removeSet('tiny');
    const { name, digest } = await importSet(zip);
    expect([name, digest]).toEqual(['tiny', set.digest]);
    expect((await openSet('tiny')).digest).toBe(set.digest);
    expect(within(modelsFolder())).toEqual([
      'tiny',
      ...['2', 'full', ...files, 'set.json'].map((f) => `tiny/${f}`).sort(),
    ]);
  });

  it('is a folder that comes in under another name as well', async () => {
    const folder = join(scratchFolder(), 'out');
    await exportFolder(set, folder);
    expect(within(folder)).toEqual(['2', ...files.slice(0, 2), 'full', ...files.slice(2), 'set.json']);
    const { name, digest } = await importSet(folder, { name: 'other' });
    expect([name, digest]).toEqual(['other', set.digest]);
    expect((await openSet('other')).manifest.name).toBe('other');
  });

  it('is not written into a folder that has something', async () => {
    const folder = scratchFolder();
    writeFile(join(folder, 'mine'), 'x');
    await expect(exportFolder(set, folder)).rejects.toMatchObject({ code: 'folder-not-empty' });
    expect(within(folder)).toEqual(['mine']);
  });
});

describe('what is brought in as a set', () => {
  it('is refused where its name is taken', async () => {
    const zip = await zipWith((all) => all);
    await expect(importSet(zip)).rejects.toMatchObject({ code: 'set-exists' });
  });

  it.each<[string, (all: Zippable) => Zippable, string, RegExp]>([
    ['a changed weight', (all) => ({ ...all, 'tiny/2/client.safetensors': flipped(all) }), 'set-damaged', /SHA-256/],
    ['a missing file', (all) => without(all, 'tiny/full/server.safetensors'), 'set-damaged', /it is missing/],
    ['no manifest', (all) => without(all, 'tiny/set.json'), 'set-unknown', /holds no set\.json/],
    ['two sets', (all) => ({ ...all, 'b/set.json': new Uint8Array(1) }), 'set-unknown', /several model sets/],
    ['a path that leads out', (all) => ({ ...all, '../evil': new Uint8Array(1) }), 'archive-unsafe', /leads out/],
  ])('is refused with %s, and nothing is left', async (_, change, code, words) => {
    const zip = await zipWith(change);
    const error = await refused(zip);
    expect(error).toMatchObject({ code, message: expect.stringMatching(words) as string });
    expect(error.message).toContain('some.zip');
    expect(error.message).not.toContain('.importing');
  });

  it('leaves behind what is not of the set', async () => {
    const zip = await zipWith((all) => ({ ...all, 'tiny/notes.txt': new Uint8Array(3), 'more/x': new Uint8Array(3) }));
    await importSet(zip, { name: 'other' });
    expect(existsSync(join(modelsFolder(), 'other', 'notes.txt'))).toBe(false);
  });

  it('is refused where it is neither zip nor folder, or not there', async () => {
    const folder = scratchFolder();
    expect(await refused(writeFile(join(folder, 'set.onnx'), 'x'))).toMatchObject({ code: 'archive-unknown' });
    expect(await refused(join(folder, 'nowhere.zip'))).toMatchObject({ code: 'file-missing' });
    expect(await refused(writeFile(join(folder, 'cut.zip'), 'PK'))).toMatchObject({ code: 'archive-damaged' });
    mkdirSync(join(folder, 'empty'));
    expect(await refused(join(folder, 'empty'))).toMatchObject({ code: 'set-unknown' });
  });

  it('may stand where what a killed import left is swept away', async () => {
    const left = join(modelsFolder(), '.importing-999999999-1');
    mkdirSync(left);
    rmSync(set.folder, { recursive: true });
    await makeTestSet({ budgets: [null] });
    expect(existsSync(left)).toBe(false);
  });
});

function flipped(all: Zippable): Uint8Array {
  const bytes = (all['tiny/2/client.safetensors'] as Uint8Array).slice();
  bytes[bytes.length - 1] ^= 1;
  return bytes;
}

function without(all: Zippable, file: string): Zippable {
  return Object.fromEntries(Object.entries(all).filter(([name]) => name !== file));
}
