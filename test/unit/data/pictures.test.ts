import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { importDataset } from '../../../main/data/import.ts';
import { openPipeline } from '../../../main/data/pipeline.ts';
import { scratchFolder, useHome, writeFile, writeImage, writeImageFolder } from '../../support/datasets.ts';
import { jpegOf, noise, tolerated, unreadable } from '../../support/pictures.ts';

/** Two classes with whole pictures of this size, and what is given in class `a` of the training part. */
async function picturesWith(size: number, extra: Readonly<Record<string, Buffer | string>>): Promise<string> {
  const folder = scratchFolder();
  for (const part of ['train', 'test']) {
    for (const name of ['a', 'b']) await writeImage(join(folder, part, name, 'whole.jpg'), { width: size });
  }
  for (const [name, content] of Object.entries(extra)) writeFile(join(folder, 'train', 'a', name), content);
  return folder;
}

async function damagedBy(
  kinds: Readonly<Record<string, (jpeg: Buffer) => Buffer | string>>,
  size: number,
): Promise<Record<string, Buffer | string>> {
  const jpeg = await jpegOf(size, size);
  return Object.fromEntries(Object.entries(kinds).map(([kind, damage]) => [`${kind}.jpg`, damage(jpeg)]));
}

async function failureOf(importing: Promise<unknown>): Promise<Error> {
  const error: unknown = await importing.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'SluiceError', code: 'image-unreadable' });
  return error as Error;
}

/** Every image once, as a run reads them. */
async function readAll(dataset: string): Promise<number> {
  const { info, prepare } = await openPipeline({ dataset, augment: true, batchSize: 100, seed: 1 });
  const batches = [await prepare('train', 0, 0), await prepare('test', 0, 0)];
  expect(batches.map(({ samples }) => samples)).toEqual([info.trainSamples, info.testSamples]);
  return info.trainSamples;
}

interface Manifest {
  readonly leftOut?: readonly { readonly file: string; readonly reason: string }[];
}

function manifestOf(home: string, name: string): Manifest {
  return JSON.parse(readFileSync(join(home, 'data', name, 'manifest.json'), 'utf8')) as Manifest;
}

// Those above 128 pixels stay files, which runs read again.
describe.each([160, 96])('pictures of %i pixels', (size) => {
  it('that decoders merely warn of are imported, and a run reads them', async () => {
    useHome();
    const folder = await picturesWith(size, await damagedBy(tolerated, size));
    const { info } = await importDataset(folder, { name: 'x' });
    expect(info.trainSamples).toBe(2 + Object.keys(tolerated).length);
    expect(await readAll('x')).toBe(info.trainSamples);
  });

  it('that cannot be read are named all at once, with reasons', async () => {
    useHome();
    const folder = await picturesWith(size, await damagedBy(unreadable, size));
    const { message } = await failureOf(importDataset(folder, { name: 'x' }));
    const kinds = Object.keys(unreadable);
    expect(message).toMatch(new RegExp(`^${kinds.length} files cannot be read`));
    for (const kind of kinds) expect(message).toContain(`${join('train', 'a', kind)}.jpg: `);
    expect(message).toMatch(/half a file\.jpg: premature end of JPEG image\n/);
    expect(message).toMatch(/an empty file\.jpg: it is empty\n/);
    expect(message).toMatch(/SVG\.jpg: it is SVG/);
    expect(message).toContain('--skip-damaged');
  });

  it('that cannot be read are left out if that is asked for, and the manifest says so', async () => {
    const home = useHome();
    const folder = await picturesWith(size, {
      ...(await damagedBy(unreadable, size)),
      // The first there is, by which others are measured.
      '0.jpg': 'no picture',
      'notes.txt': 'no picture either',
    });
    const { info, notes } = await importDataset(folder, { name: 'x', skipDamaged: true });
    expect(info).toMatchObject({ trainSamples: 2, testSamples: 2 });
    expect(notes.join()).toContain('left out');
    const { leftOut } = manifestOf(home, 'x');
    expect(leftOut).toHaveLength(Object.keys(unreadable).length + 2);
    expect(leftOut).toContainEqual({
      file: join(folder, 'train', 'a', 'half a file.jpg'),
      reason: 'premature end of JPEG image',
    });
    expect(await readAll('x')).toBe(2);
  });

  it('are none at all', async () => {
    useHome();
    const folder = await picturesWith(size, {});
    for (const name of ['a', 'b']) writeFileSync(join(folder, 'test', name, 'whole.jpg'), '');
    await expect(importDataset(folder, { name: 'x', skipDamaged: true })).rejects.toMatchObject({
      code: 'import-empty',
      message: expect.stringContaining('None of the test images') as string,
    });
  });
});

it('every file has its own reason, however many fail side by side', async () => {
  useHome();
  const jpeg = await jpegOf();
  const [half, table] = [unreadable['half a file'](jpeg), unreadable['an impossible table'](jpeg)];
  const many = Array.from({ length: 40 }, (_, i) => [`${i}.jpg`, i % 2 === 0 ? half : table] as const);
  const folder = await picturesWith(160, Object.fromEntries(many));
  const lines = (await failureOf(importDataset(folder, { name: 'x' }))).message.split('\n').slice(1, -1);
  expect(lines).toHaveLength(40);
  for (const line of lines) {
    const even = Number(/(\d+)\.jpg: /.exec(line)?.[1]) % 2 === 0;
    expect(line).toMatch(even ? /: premature end of JPEG image$/ : /: Bogus Huffman table definition$/);
  }
});

it('a message lists a hundred files, the manifest all', async () => {
  const home = useHome();
  const folder = await picturesWith(8, Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`${i}.jpg`, ''])));
  expect((await failureOf(importDataset(folder, { name: 'x' }))).message).toMatch(/^120 files.*\n  and 20 more\n/s);
  await importDataset(folder, { name: 'x', skipDamaged: true });
  expect(manifestOf(home, 'x').leftOut).toHaveLength(120);
});

it('a picture that changed since the import is not to be replaced in a circle', async () => {
  useHome();
  const folder = await picturesWith(160, {});
  await importDataset(folder, { name: 'x' });
  const image = join(folder, 'train', 'a', 'whole.jpg');
  writeFileSync(image, readFileSync(image).subarray(0, 200));
  await expect(readAll('x')).rejects.toMatchObject({
    code: 'dataset-damaged',
    message: expect.stringMatching(/whole\.jpg was readable when .*sluice data remove x/) as string,
  });
});

describe('kinds of pictures', () => {
  it('are told by content, whatever the files are called', async () => {
    useHome();
    const raw = { width: 8, height: 8, channels: 3 } as const;
    const picture = sharp(noise(8), { raw });
    const written = {
      'a.jfif': await picture.clone().jpeg().toBuffer(),
      'b.JPE': await picture.clone().jpeg().toBuffer(),
      'c.webp': await picture.clone().webp().toBuffer(),
      'd.gif': await picture.clone().gif().toBuffer(),
      'e.tif': await picture.clone().tiff().toBuffer(),
      'f.jpg': await picture.clone().png().toBuffer(),
      without: await picture.clone().png().toBuffer(),
    };
    const { info } = await importDataset(await picturesWith(8, written), { name: 'x' });
    expect(info.trainSamples).toBe(2 + Object.keys(written).length);
  });

  it('do not include SVG, of which a nested one would never end', async () => {
    useHome();
    const bomb = `<svg xmlns="http://www.w3.org/2000/svg">${'<g filter="url(#f)">'.repeat(10_000)}`;
    const folder = await picturesWith(8, { 'a.svg': bomb, 'b.png': `\n<!-- by a tool -->${bomb}` });
    expect((await failureOf(importDataset(folder, { name: 'x' }))).message).toMatch(/^2 files.*\n.*SVG.*\n.*SVG/);
  });

  it('of several frames are read as the first, and that is said', async () => {
    const home = useHome();
    const [width, height] = [8, 8];
    const frames = Buffer.concat([Buffer.alloc(192, 255), Buffer.alloc(192, 0)]);
    const raw = { width, height: 2 * height, channels: 3, pageHeight: height } as const;
    const gif = await sharp(frames, { raw }).gif({ loop: 0 }).toBuffer();
    const folder = scratchFolder();
    for (const part of ['train', 'test']) writeFile(join(folder, part, 'white', 'a.gif'), gif);
    const { notes } = await importDataset(folder, { name: 'x' });
    expect(readFileSync(join(home, 'data', 'x', 'train.pixels')).equals(Buffer.alloc(192, 255))).toBe(true);
    expect(notes.join()).toContain('2 images are of several frames');
  });
});

it('what was done to pictures is said once for all of them', async () => {
  useHome();
  const turned = await sharp(noise(8), { raw: { width: 8, height: 8, channels: 3 } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const transparent = await sharp({ create: { width: 8, height: 8, channels: 4, background: '#f008' } })
    .png()
    .toBuffer();
  const folder = await picturesWith(8, { 'a.jpg': turned, 'b.jpg': turned, 'c.png': transparent });
  const { notes } = await importDataset(folder, { name: 'x' });
  expect(notes).toEqual(['2 images are turned by EXIF orientation', '1 image is transparent: laid over white']);
});

it('one class, and classes without test images, are said', async () => {
  useHome();
  const folder = scratchFolder();
  await writeImageFolder(join(folder, 'train'), ['a', 'b', 'c'], 2);
  await writeImageFolder(join(folder, 'test'), ['b'], 1);
  expect((await importDataset(folder, { name: 'x' })).notes).toEqual(['without test images: class a, c']);
  const one = await writeImageFolder(scratchFolder(), ['a'], 5);
  expect((await importDataset(one, { name: 'y' })).notes).toContain('there is one class, a: nothing can be told apart');
});
