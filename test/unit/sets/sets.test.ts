import { appendFileSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../../main/engine/engine.ts';
import { openJson, sealJson } from '../../../main/runs/store/sealed-json.ts';
import { setDigest } from '../../../main/sets/files.ts';
import { listSets, removeSet } from '../../../main/sets/home.ts';
import { clientOf, openSet, serverOf } from '../../../main/sets/open.ts';
import { useHome } from '../../support/datasets.ts';
import { makeTestSet } from '../../support/model-set.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

/** Writes a manifest anew, as somebody would who knows of its sum. */
function changeManifest(folder: string, change: (manifest: Record<string, unknown>) => object): void {
  const path = join(folder, 'set.json');
  writeFileSync(path, sealJson(change(openJson(readFileSync(path, 'utf8')))));
}

describe('a model set', () => {
  it('is called by its name or its path, and by the sum of its manifest', async () => {
    useHome();
    const { folder, digest } = await makeTestSet();
    expect((await openSet('tiny')).digest).toBe(digest);
    expect((await openSet(folder)).digest).toBe(digest);
    expect(digest).toBe(setDigest(readFileSync(join(folder, 'set.json'))));
    const [full, four, two] = (await openSet('tiny')).manifest.pairs;
    expect([full, four, two].map(({ budget, maps }) => [budget, maps])).toEqual([
      [null, null],
      [4, 4],
      [2, 2],
    ]);
    expect(four.client.weights.file).toBe('4/client.safetensors');
  });

  it('is listed, and gone once removed', async () => {
    useHome();
    expect(await listSets()).toEqual([]);
    await makeTestSet({ name: 'b' });
    const { folder } = await makeTestSet({ name: 'a' });
    expect((await listSets()).map(({ name, status }) => [name, status])).toEqual([
      ['a', 'ready'],
      ['b', 'ready'],
    ]);
    await removeSet('a');
    expect(existsSync(folder)).toBe(false);
    expect((await listSets()).map(({ name }) => name)).toEqual(['b']);
    await expect(removeSet('../tiny')).rejects.toMatchObject({ code: 'set-unknown' });
  });

  it('has no name that another has, or that is none', async () => {
    useHome();
    await makeTestSet();
    await expect(makeTestSet()).rejects.toMatchObject({ code: 'set-exists' });
    await expect(makeTestSet({ name: '../out' })).rejects.toMatchObject({ code: 'name-invalid' });
    expect((await listSets()).map(({ name }) => name)).toEqual(['tiny']);
  });

  it('that is not there is named, with one of a name like it', async () => {
    const home = useHome();
    await makeTestSet();
    await expect(openSet('tyny')).rejects.toMatchObject({
      code: 'set-unknown',
      message: expect.stringContaining('Did you mean "tiny"') as string,
    });
    await expect(openSet(join(home, 'nowhere'))).rejects.toMatchObject({ code: 'set-unknown' });
  });

  it('without a pair of that budget says which there are', async () => {
    useHome();
    const set = await makeTestSet();
    const refusal = { code: 'budget-missing', message: expect.stringContaining('It has full, 4, 2') as string };
    await expect(clientOf(set, 3)).rejects.toMatchObject(refusal);
    await expect(serverOf(set, 3)).rejects.toMatchObject(refusal);
  });
});

describe('a model set that is not as it was written', () => {
  const damages: [string, (folder: string) => void, RegExp][] = [
    [
      'a missing file',
      (folder) => rmSync(join(folder, '4/server.safetensors')),
      /4.server\.safetensors: it is missing/,
    ],
    ['a shorter file', (folder) => truncateSync(join(folder, '2/client.safetensors'), 99), /it has 99 bytes, expected/],
    ['a longer file', (folder) => appendFileSync(join(folder, '2/client.safetensors'), 'x'), /bytes, expected/],
    [
      'a flipped bit',
      (folder) => flip(join(folder, 'full/client.safetensors')),
      /full.client\.safetensors: its SHA-256/,
    ],
    ['a flipped bit of the manifest', (folder) => flip(join(folder, 'set.json')), /set\.json/],
    ['no manifest of JSON', (folder) => writeFileSync(join(folder, 'set.json'), '{'), /set\.json: it is not JSON/],
    [
      'a path that leads out',
      (folder) => changeManifest(folder, (manifest) => withFile(manifest, '../client.safetensors')),
      /set\.json: pairs\.0\.client\.weights\.file/,
    ],
    [
      'one budget twice',
      (folder) => changeManifest(folder, (manifest) => ({ ...manifest, pairs: twice(manifest) })),
      /expected every budget once/,
    ],
    [
      'a budget of more maps than cross the cut',
      (folder) => changeManifest(folder, ({ pairs, ...rest }) => ({ ...rest, pairs: whole(pairs as Pairs, 99) })),
      /a pair has a budget of 99 maps, and 8 cross its cut/,
    ],
    [
      'a network that there is not',
      (folder) => changeManifest(folder, (manifest) => ({ ...manifest, network: { name: 'vgg12', width: 1 } })),
      /set\.json: .*"vgg12" is not in the zoo/,
    ],
    [
      'a cut that the network has not',
      (folder) => changeManifest(folder, (manifest) => ({ ...manifest, cut: { layer: 99, module: null } })),
      /set\.json: split\.layer is 99/,
    ],
  ];

  it.each(damages)('is refused with what is wrong: %s', async (_, damage, words) => {
    useHome();
    const { folder } = await makeTestSet({ budgets: [null, 4, 2] });
    damage(folder);
    await expect(openSet('tiny')).rejects.toMatchObject({
      code: 'set-damaged',
      message: expect.stringMatching(words) as string,
    });
    await removeSet('tiny');
  });

  it('is refused as newer by its version alone', async () => {
    useHome();
    const { folder } = await makeTestSet();
    writeFileSync(join(folder, 'set.json'), JSON.stringify({ format: 'sluice-model-set', version: 2, more: true }));
    const refusal = { code: 'set-newer', message: expect.stringMatching(/version 2.*reads version 1/) as string };
    await expect(openSet('tiny')).rejects.toMatchObject(refusal);
    expect(await listSets()).toMatchObject([{ status: 'newer', name: 'tiny' }]);
  });

  it('with weights of another network is damaged, whatever its sums say', async () => {
    useHome();
    const wide = await makeTestSet({ name: 'wide', model: { name: 'cnn', width: 0.25 } });
    const { folder } = await makeTestSet();
    changeManifest(folder, (manifest) => ({ ...manifest, network: wide.manifest.network }));
    const set = await openSet('tiny');
    await expect(clientOf(set, 4)).rejects.toMatchObject({
      code: 'set-damaged',
      message: expect.stringMatching(/client\.safetensors: tensor ".*" .* expected \[/) as string,
    });
  });
});

function flip(path: string): void {
  const bytes = readFileSync(path);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = bytes[at] ^ 1;
  writeFileSync(path, bytes);
}

type Pairs = { client: { weights: { file: string } } }[];

function withFile(manifest: Record<string, unknown>, file: string): object {
  const [first, ...rest] = structuredClone(manifest['pairs']) as Pairs;
  first.client.weights.file = file;
  return { ...manifest, pairs: [first, ...rest] };
}

function whole([first]: Pairs, budget: number): object[] {
  return [{ ...first, budget, maps: null }];
}

function twice({ pairs }: Record<string, unknown>): Pairs {
  const [first, ...rest] = pairs as Pairs;
  return [first, first, ...rest];
}
