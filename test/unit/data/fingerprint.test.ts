import { appendFileSync, cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeDataset } from '../../../main/data/datasets.ts';
import { datasetFingerprint, differences } from '../../../main/data/fingerprint.ts';
import { importDataset } from '../../../main/data/import.ts';
import { datasetFolder } from '../../../main/data/manifest.ts';
import { drawSynthetic } from '../../../main/data/synthetic.ts';
import { scratchFolder, useHome, writeFile, writeIdx, writeImage, writeImageFolder } from '../../support/datasets.ts';

/** Imports a folder of pictures as "pets" in place of what had that name, and gives its fingerprint. */
async function importPets(folder: string) {
  if (existsSync(datasetFolder('pets'))) await removeDataset('pets');
  await importDataset(folder, { name: 'pets' });
  return datasetFingerprint('pets');
}

/** The same pictures of each class for training and testing. */
async function pictures(classes: readonly string[], perClass = 2, size = 8): Promise<string> {
  const folder = scratchFolder();
  for (const part of ['train', 'test']) await writeImageFolder(join(folder, part), classes, perClass, size);
  return folder;
}

describe('the fingerprint of a data set', () => {
  it('is the same when the same pictures are imported anew, wherever they lay', async () => {
    useHome();
    const before = await importPets(await pictures(['cat', 'dog']));
    expect(before).toMatchObject({
      shape: [8, 8, 3],
      classes: { count: 2, first: ['cat', 'dog'] },
      train: { samples: 4 },
      test: { samples: 4 },
    });
    const now = await importPets(await pictures(['cat', 'dog']));
    expect(now).toEqual(before);
    expect(differences(before, now)).toEqual([]);
  });

  it('tells classes, sizes, numbers, pictures and labels that are others, in words', async () => {
    useHome();
    const folder = await pictures(['cat', 'dog']);
    const before = await importPets(folder);
    expect(differences(before, await importPets(await pictures(['dog', 'wolf'])))).toEqual([
      'the classes dog, wolf instead of cat, dog',
    ]);
    expect(differences(before, await importPets(await pictures(['cat', 'dog'], 2, 16)))).toEqual([
      'images of 16×16×3 instead of 8×8×3',
      'other training images',
      'other test images',
    ]);
    expect(differences(before, await importPets(await pictures(['cat', 'dog'], 3)))).toEqual([
      '6 training images instead of 4',
      '6 test images instead of 4',
    ]);
    await writeImage(join(folder, 'train', 'cat', '0.png'), { colour: { r: 1, g: 2, b: 3 } });
    expect(differences(before, await importPets(folder))).toEqual(['other training images']);
    const idx = async (label: number) => {
      const files = writeIdx(scratchFolder(), { gzip: false });
      const labels = join(files, 'train-labels-idx1-ubyte');
      const bytes = readFileSync(labels);
      bytes[bytes.length - 1] = label;
      writeFileSync(labels, bytes);
      if (existsSync(datasetFolder('digits'))) await removeDataset('digits');
      await importDataset(files, { name: 'digits' });
      return datasetFingerprint('digits');
    };
    expect(differences(await idx(9), await idx(8))).toEqual(['other labels of its training images']);
  });

  it('names the first of many classes, and a normalisation that was changed', async () => {
    useHome();
    const names = ['a', 'b', 'c', 'd', 'e'];
    const before = await importPets(await pictures(names, 1));
    expect(differences(before, await importPets(await pictures([...names, 'f'], 1)))[0]).toBe(
      'the classes a, b, c, d … (6) instead of a, b, c, d … (5)',
    );
    const again = await importPets(await pictures(names, 1));
    const file = join(datasetFolder('pets'), 'manifest.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"mean": \[\s*[\d.]+/, '"mean": [ 0.25'));
    expect(differences(again, await datasetFingerprint('pets'))).toEqual(['another normalisation']);
  });

  it('sees a picture that is changed where it lies, and one that is gone', async () => {
    useHome();
    const folder = await pictures(['cat', 'dog'], 2, 160);
    const before = await importPets(folder);
    expect(readFileSync(join(datasetFolder('pets'), 'train.files'), 'utf8')).toContain(folder);
    const picture = join(folder, 'train', 'dog', '1.png');
    await writeImage(picture, { width: 160, colour: { r: 0, g: 0, b: 0 } });
    expect(differences(before, await datasetFingerprint('pets'))).toEqual(['other training images']);
    rmSync(picture);
    await expect(datasetFingerprint('pets')).rejects.toMatchObject({ code: 'dataset-damaged' });
    await expect(datasetFingerprint('pets')).rejects.toThrow(picture);
  });

  it('is kept from the import on, used while no file was written anew, and computed where that cannot be read', async () => {
    useHome();
    const before = await importPets(await pictures(['cat', 'dog']));
    const file = join(datasetFolder('pets'), 'fingerprint.json');
    const kept = JSON.parse(readFileSync(file, 'utf8')) as { of: string; fingerprint: typeof before };
    const marked = { ...kept, fingerprint: { ...kept.fingerprint, look: 'f'.repeat(64) } };
    writeFileSync(file, JSON.stringify(marked));
    expect(await datasetFingerprint('pets')).toEqual(marked.fingerprint);
    appendFileSync(file, 'damaged');
    expect(await datasetFingerprint('pets')).toEqual(before);
    cpSync(datasetFolder('pets'), datasetFolder('copy'), { recursive: true });
    expect(await datasetFingerprint('copy')).toEqual(before);
  });

  it('of what is drawn stands for what is drawn', async () => {
    const drawn = await datasetFingerprint('synthetic');
    expect(drawn).toEqual(await datasetFingerprint('synthetic'));
    const image = new Uint8Array(32 * 32 * 3);
    const pixels = createHash('sha256');
    for (const part of ['train', 'test'] as const) {
      for (let i = 0; i < 10; i++) {
        drawSynthetic(part, i, image);
        pixels.update(image);
      }
    }
    // Where this changes, so must the version in syntheticDrawing.
    expect({ version: drawn.look.slice(0, 16), pixels: pixels.digest('hex').slice(0, 16) }).toMatchInlineSnapshot(`
      {
        "pixels": "40f30eccba25c4c1",
        "version": "97b2e186acd2f581",
      }
    `);
  });

  it('of a data set that is not there says so', async () => {
    useHome();
    await expect(datasetFingerprint('cifar10')).rejects.toMatchObject({ code: 'dataset-missing' });
    writeFile(join(datasetFolder('half'), 'manifest.json'), '{}');
    await expect(datasetFingerprint('half')).rejects.toMatchObject({ code: 'dataset-damaged' });
  });
});
