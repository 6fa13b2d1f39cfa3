import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogue, imagenetNormalisation, type Normalisation } from '../../../main/data/catalogue.ts';
import { describeDataset, listDatasets, removeDataset } from '../../../main/data/datasets.ts';
import { importDataset } from '../../../main/data/import.ts';
import { scratchFolder, useHome, writeCifar10, writeImageFolder } from '../../support/datasets.ts';

describe('the data sets there are', () => {
  it('are the built-in one, imported ones and those to get', async () => {
    useHome();
    const names = (): string[] => listDatasets().map(({ name, status }) => `${name} ${status}`);
    expect(names()).toEqual([
      'synthetic built-in',
      'cifar10 available',
      'cifar100 available',
      'stl10 available',
      'mnist available',
      'fashion-mnist available',
    ]);
    await importDataset(writeCifar10(scratchFolder()));
    await importDataset(await writeImageFolder(scratchFolder(), ['a', 'b'], 5), { name: 'pets' });
    expect(names().slice(0, 4)).toEqual([
      'synthetic built-in',
      'cifar10 imported',
      'pets imported',
      'cifar100 available',
    ]);
    await removeDataset('pets');
    expect(names()).not.toContain('pets imported');
  });

  it('are described without reading an image', async () => {
    useHome();
    expect(describeDataset('synthetic')).toMatchObject({ shape: [32, 32, 3], trainSamples: 2000, testSamples: 1000 });
    const { info } = await importDataset(writeCifar10(scratchFolder()));
    expect(describeDataset('cifar10')).toEqual(info);
  });
});

describe('a data set that is not there', () => {
  it('comes with the command that gets it', () => {
    useHome();
    expect(() => describeDataset('cifar10')).toThrow('sluice data get cifar10');
  });

  it('comes with the name that was meant', async () => {
    useHome();
    expect(() => describeDataset('CIFAR-100')).toThrow('Did you mean "cifar100"?');
    expect(() => describeDataset('synthtic')).toThrow('Did you mean "synthetic"?');
    expect(() => describeDataset('../../etc')).toThrow(
      'There is no data set "../../etc". Known are synthetic, cifar10',
    );
    await expect(removeDataset('../..')).rejects.toMatchObject({ code: 'dataset-unknown' });
    await expect(removeDataset('synthetic')).rejects.toMatchObject({ code: 'dataset-built-in' });
  });

  it('is told from one whose manifest is damaged, which can be removed', async () => {
    const home = useHome();
    await importDataset(writeCifar10(scratchFolder()));
    writeFileSync(join(home, 'data', 'cifar10', 'manifest.json'), '{"version": 1, "name"');
    expect(() => describeDataset('cifar10')).toThrow('sluice data remove cifar10');
    await removeDataset('cifar10');
    expect(() => describeDataset('cifar10')).toThrow('sluice data get cifar10');
  });
});

describe('a data set that was tampered with', () => {
  it('is listed as such among the others, with what to do', async () => {
    const home = useHome();
    await importDataset(writeCifar10(scratchFolder()));
    await importDataset(await writeImageFolder(scratchFolder(), ['a', 'b'], 5), { name: 'pets' });
    writeFileSync(join(home, 'data', 'pets', 'manifest.json'), '{"version": 2}');
    mkdirSync(join(home, 'data', 'empty'));
    writeFileSync(join(home, 'data', 'notes.txt'), 'not a data set');
    const entries = listDatasets();
    expect(entries.slice(0, 4)).toMatchObject([
      { name: 'synthetic' },
      { name: 'cifar10', status: 'imported' },
      { name: 'empty', status: 'damaged', info: null },
      { name: 'pets', status: 'damaged', title: expect.stringMatching(/version.*sluice data remove pets/) as string },
    ]);
    expect(entries.map(({ name }) => name)).not.toContain('notes.txt');
    for (const name of ['pets', 'empty']) await removeDataset(name);
    expect(listDatasets().every(({ status }) => status !== 'damaged')).toBe(true);
  });

  it('goes by the name of its folder when that was renamed', async () => {
    const home = useHome();
    await importDataset(await writeImageFolder(scratchFolder(), ['a', 'b'], 5), { name: 'pets' });
    renameSync(join(home, 'data', 'pets'), join(home, 'data', 'animals'));
    expect(describeDataset('animals').name).toBe('animals');
  });
});

it('the catalogue agrees with itself', () => {
  for (const [key, { name, classes, shape, normalisation, files }] of Object.entries(catalogue)) {
    expect(name).toBe(key);
    expect(new Set(classes).size).toBe(key === 'cifar100' ? 100 : 10);
    expect([normalisation.mean.length, normalisation.std.length]).toEqual([shape[2], shape[2]]);
    for (const file of files) expect(file.md5).toMatch(/^[0-9a-f]{32}$/);
  }
});

it('the catalogue has the constants that are published and generally used', () => {
  const of = ({ normalisation: { mean, std } }: { normalisation: Normalisation }): unknown => [mean, std];
  expect(of(catalogue.cifar10)).toEqual([
    [0.4914, 0.4822, 0.4465],
    [0.2023, 0.1994, 0.201],
  ]);
  expect(of(catalogue.cifar100)).toEqual([
    [0.5071, 0.4867, 0.4408],
    [0.2675, 0.2565, 0.2761],
  ]);
  // STL-10's and ImageNet100's are those of the published code of the method.
  expect(of(catalogue.stl10)).toEqual([
    [0.507, 0.487, 0.441],
    [0.267, 0.256, 0.276],
  ]);
  expect(of({ normalisation: imagenetNormalisation })).toEqual([
    [0.4595, 0.452, 0.39],
    [0.2547, 0.2385, 0.2548],
  ]);
  expect(of(catalogue.mnist)).toEqual([[0.1307], [0.3081]]);
  expect(of(catalogue['fashion-mnist'])).toEqual([[0.286], [0.353]]);
  const sizes = Object.values(catalogue).map(({ trainSamples, testSamples, flip }) => [
    trainSamples,
    testSamples,
    flip,
  ]);
  expect(sizes).toEqual([
    [50_000, 10_000, true],
    [50_000, 10_000, true],
    [5000, 8000, true],
    [60_000, 10_000, false],
    [60_000, 10_000, true],
  ]);
});
