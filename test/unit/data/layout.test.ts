import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { divideImages, type Division } from '../../../main/data/formats/division.ts';
import { importDataset } from '../../../main/data/import.ts';
import { scratchFolder, useHome, writeFile, writeImageFolder } from '../../support/datasets.ts';
import { onUnix } from '../../support/where.ts';

/** The division of pictures with these names; those after a slash at the beginning are of several given paths. */
function divided(names: readonly string[], nested = false): Division {
  const files = names.map((name) => ({
    path: `/${name}`,
    label: name.replace(/^\//, ''),
    name: name.replace(/^\//, ''),
    given: name.startsWith('/'),
  }));
  return divideImages(files, nested);
}

/** `name-of-class/0` and so on. */
function pictures(...folders: string[]): string[] {
  return folders.flatMap((folder) => Array.from({ length: 5 }, (_, i) => `${folder}/${i}.jpg`));
}

describe('folders below a class', () => {
  const varieties = pictures('train/apple/red', 'train/apple/green', 'train/pear/green', 'test/apple/red');
  const years = pictures('cats', 'cats/old/2019', 'dogs');

  it('with pictures are refused by name at any depth', () => {
    expect(() => divided(varieties)).toThrow(/train\/apple\/red, train\/apple\/green, train\/pear\/green.*--nested/);
    expect(() => divided(years)).toThrow('cats/old/2019');
    expect(() => divided(pictures('a/x/1', 'b/y/2'))).toThrow('a/x/1, b/y/2');
  });

  it('count for their class when that is asked for', () => {
    const { classes, train, test } = divided(varieties, true);
    expect(classes).toEqual(['apple', 'pear']);
    expect(train.map(({ label }) => label)).toEqual([...Array<number>(10).fill(0), ...Array<number>(5).fill(1)]);
    expect(test).toHaveLength(5);
    expect(divided(years, true).classes).toEqual(['cats', 'dogs']);
  });

  it('may be called like a part', () => {
    const { classes, train } = divided(pictures('train/train', 'train/car', 'test/car'));
    expect(classes).toEqual(['car', 'train']);
    expect(train).toHaveLength(10);
    expect(() => divided(pictures('cat/train', 'cat/test', 'dog/train'))).toThrow('cat/train');
    expect(divided(pictures('train/dog/test', 'train/cat', 'val/cat'), true).train).toHaveLength(10);
  });
});

describe('folders around classes', () => {
  it('that hold all there is are passed over, and that is said', () => {
    const { classes, notes } = divided(pictures('photos/mine/cat', 'photos/mine/dog'));
    expect(classes).toEqual(['cat', 'dog']);
    expect(notes.at(-1)).toBe('the classes are the folders in photos/mine');
    expect(divided(pictures('pets-test/train/cat', 'pets-test/train/dog', 'pets-test/val/cat')).train).toHaveLength(10);
    expect(divided(pictures('/a-train/x/cat', '/a-train/x/dog', '/b-test/y/cat', '/b-test/y/dog')).test).toHaveLength(
      10,
    );
  });

  it('of one name under different parents are not made one class silently', () => {
    const { classes, notes } = divided(pictures('/one/cat', '/one/dog', '/two/cat'));
    expect(classes).toEqual(['cat', 'dog']);
    expect(notes.at(-1)).toBe('folders of one name make one class: one/cat and two/cat');
    const parts = divided(pictures('train.X1/a', 'train.X1/b', 'train.X2/a', 'val.X/a'));
    expect(parts.notes).toEqual(['folders of one name make one class: train.X1/a and train.X2/a']);
  });

  it('called val and test are told apart: val is measured on, test stays unseen', () => {
    const { train, test, notes } = divided(pictures('train/a', 'val/a', 'test/a', 'test/unknown'));
    expect([train.length, test.length]).toEqual([5, 5]);
    expect(test.every(({ file }) => file.name.startsWith('val/'))).toBe(true);
    expect(notes).toEqual([expect.stringMatching(/accuracy is measured on val.*10 images of test are not imported/)]);
    expect(divided(pictures('train/a', 'test/a')).notes).toEqual([]);
  });

  it('are the same when Unicode writes their names differently', () => {
    const composed = 'caf\u00e9';
    const { classes, test } = divided(pictures(`train/${composed}`, 'train/bar', `test/${composed.normalize('NFD')}`));
    expect(classes).toEqual(['bar', composed]);
    expect(test.map(({ label }) => label)).toEqual([1, 1, 1, 1, 1]);
    const twice = divided(pictures(`train/${composed}`, `train/${composed.normalize('NFD')}`, `test/${composed}`));
    expect(twice.notes[0]).toContain('one class');
  });
});

describe('what lies beside pictures', () => {
  it('and was left by systems and tools is passed over, whatever its case', async () => {
    useHome();
    const folder = await writeImageFolder(scratchFolder(), ['a', 'b'], 5);
    for (const litter of ['THUMBS.DB', 'Desktop.ini', 'Icon\r', '@eaDir/0.png/thumb.jpg', '.ipynb_checkpoints/0.png']) {
      writeFile(join(folder, 'a', litter), 'of some tool');
    }
    writeFile(join(folder, '__MacOSX', 'a', '._0.png'), 'of some tool');
    const { info } = await importDataset(folder, { name: 'x' });
    expect(info).toMatchObject({ trainSamples: 8, testSamples: 2, classes: ['a', 'b'] });
  });

  onUnix.it('and is no file is passed over by name', async () => {
    useHome();
    const folder = await writeImageFolder(scratchFolder(), ['a', 'b'], 5);
    const server = createServer();
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(join(folder, 'a', 'socket.png'), resolve));
    const { info, notes } = await importDataset(folder, { name: 'x' });
    expect(info.trainSamples).toBe(8);
    expect(notes.at(-1)).toMatch(/neither files nor folders: .*socket\.png/);
    await expect(importDataset(join(folder, 'a', 'socket.png'), { name: 'y' })).rejects.toMatchObject({
      code: 'file-missing',
      message: expect.stringContaining('neither a file nor a folder') as string,
    });
  });
});

it('a whole folder with nested classes is imported as asked', async () => {
  const home = useHome();
  const folder = scratchFolder();
  for (const part of ['train', 'test']) {
    await writeImageFolder(join(folder, part, 'apple'), ['red', 'green'], 2);
    await writeImageFolder(join(folder, part, 'pear'), ['green'], 2);
  }
  await expect(importDataset(folder, { name: 'fruit' })).rejects.toMatchObject({ code: 'layout-unknown' });
  const { info } = await importDataset(folder, { name: 'fruit', nested: true });
  expect(info).toMatchObject({ classes: ['apple', 'pear'], trainSamples: 6, testSamples: 6 });
  const labels = readFileSync(join(home, 'data', 'fruit', 'train.labels'));
  expect([...new Uint16Array(labels.buffer, labels.byteOffset, 6)]).toEqual([0, 0, 0, 0, 1, 1]);
});
