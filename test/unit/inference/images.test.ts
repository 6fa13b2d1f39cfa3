import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { syntheticInfo, syntheticNormalisation } from '../../../main/data/synthetic.ts';
import { imagesAt, imagesOf } from '../../../main/inference/images.ts';
import { temporaryFolder } from '../../support/closing.ts';

const images = {
  dataset: 'photos',
  classes: ['cat', 'dog'],
  shape: [4, 4, 3] as [number, number, number],
  mean: [0.5, 0.25, 0],
  std: [0.5, 0.25, 1],
};
const plain = { resize: false, labelled: true };

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

/** A PNG of one colour. */
async function picture(name: string, width = 4, height = 4): Promise<string> {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  const background = { r: 255, g: 0, b: 51 };
  await sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toFile(path);
  return path;
}

describe('images of files', () => {
  it('are normalised as the set says, by the names of files and classes of folders, in order', async () => {
    await picture('dog/b.png');
    await picture('cat/deep/c.png');
    await picture('a.png');
    writeFileSync(join(folder, 'notes.txt'), 'no picture');
    const found = await imagesAt([folder], images, plain);
    expect(found.map(({ name, label }) => [name, label])).toEqual([
      ['a.png', null],
      [join('cat', 'deep', 'c.png'), 0],
      [join('dog', 'b.png'), 1],
    ]);
    const image = await found[0].read();
    expect(image).toHaveLength(48);
    expect([...image.subarray(0, 3)]).toEqual([1, -1, expect.closeTo(0.2, 6) as number]);
  });

  it('of another size are refused with both sizes, unless they are to be resized', async () => {
    const path = await picture('wide.png', 8, 6);
    const [refused] = await imagesAt([path], images, plain);
    await expect(refused.read()).rejects.toMatchObject({ code: 'image-size', path });
    await expect(refused.read()).rejects.toThrow(/8 × 6 pixels; the set takes 4 × 4.*--resize/);
    const [taken] = await imagesAt([path], images, { ...plain, resize: true });
    expect(await taken.read()).toHaveLength(48);
  });

  it('become grey for a set of grey images', async () => {
    const grey = { ...images, shape: [4, 4, 1] as [number, number, number], mean: [0], std: [1] };
    const [image] = await imagesAt([await picture('a.png')], grey, plain);
    expect((await image.read())[0]).toBeCloseTo(Math.round(0.299 * 255 + 0.114 * 51) / 255, 6);
  });

  it('that cannot be read, or are none, are named', async () => {
    const text = join(folder, 'text.png');
    writeFileSync(text, 'not a picture');
    const [unreadable] = await imagesAt([text], images, plain);
    await expect(unreadable.read()).rejects.toMatchObject({ code: 'image-unreadable', path: text });
    await expect(imagesAt([join(folder, 'gone')], images, plain)).rejects.toMatchObject({ code: 'file-missing' });
    mkdirSync(join(folder, 'empty'));
    await expect(imagesAt([join(folder, 'empty')], images, plain)).rejects.toMatchObject({ code: 'import-empty' });
  });

  it('in folders of other classes are refused with both lists, unless nothing is to be compared', async () => {
    await picture('horse/a.png');
    const asked = imagesAt([folder], images, plain);
    await expect(asked).rejects.toMatchObject({ code: 'classes-differ' });
    await expect(asked).rejects.toThrow(/"horse".*"photos".*"cat", "dog"/);
    expect(await imagesAt([folder], images, { resize: false, labelled: false })).toMatchObject([{ label: null }]);
  });
});

describe('images of a data set', () => {
  const { classes, shape } = syntheticInfo;
  const set = { dataset: 'synthetic', classes: [...classes], shape: [...shape] as [number, number, number] };
  const { mean, std } = syntheticNormalisation;

  it('are so many, with their classes, normalised as the set says', async () => {
    const own = { ...set, mean: [...mean], std: [...std] };
    const found = await imagesOf('synthetic', 'test', 3, own);
    expect(found).toHaveLength(3);
    const image = await found[0].read();
    const other = await imagesOf('synthetic', 'test', 3, { ...own, mean: mean.map(() => 0), std: std.map(() => 1) });
    const raw = await other[0].read();
    expect(raw[4]).toBeCloseTo(image[4] * std[1] + mean[1], 5);
    expect(found[0].label).toBe(other[0].label);
  });

  it('of other classes or another size are refused, both sides named', async () => {
    const own = { ...set, mean: [...mean], std: [...std] };
    await expect(imagesOf('synthetic', 'test', 3, { ...own, classes: ['cat'] })).rejects.toThrow(
      /"synthetic" has.*"cat"/,
    );
    const smaller = imagesOf('synthetic', 'test', 3, { ...own, shape: [8, 8, 3] });
    await expect(smaller).rejects.toMatchObject({ code: 'image-size' });
    await expect(imagesOf('nothing', 'test', 3, own)).rejects.toMatchObject({ code: 'dataset-unknown' });
  });
});
