import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync, type Zippable } from 'fflate';
import { describe, expect, it } from 'vitest';
import { unpack } from '../../../main/data/archive.ts';
import { importDataset } from '../../../main/data/import.ts';
import type { DataProgress } from '../../../main/data/progress.ts';
import { scratchFolder, useHome, writeFile, writeImageFolder } from '../../support/datasets.ts';

function zipOf(files: Zippable): string {
  return writeFile(join(scratchFolder(), 'some.zip'), zipSync(files));
}

/** Some bytes of a zip changed where its directory (at the end) or a local header (at the beginning) has a field. */
function changed(zip: string, record: 'directory' | 'local', field: number, value: readonly number[]): string {
  const bytes = readFileSync(zip);
  const signature = record === 'directory' ? 'PK\u0001\u0002' : 'PK\u0003\u0004';
  bytes.set(value, bytes.indexOf(signature) + field);
  writeFileSync(zip, bytes);
  return zip;
}

async function expectRefused(zip: string, code: string, ...words: string[]): Promise<void> {
  const into = scratchFolder();
  const error: unknown = await unpack(zip, into).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'SluiceError', code });
  for (const word of [zip, ...words]) expect((error as Error).message).toContain(word);
  expect(readdirSync(into)).toEqual([]);
}

const text = (content: string): Uint8Array => Buffer.from(content);

describe('a zip', () => {
  it('is unpacked, packed or stored members alike, and tells how far it is', async () => {
    const long = text('x'.repeat(1000));
    const zip = zipOf({
      'a/one': long,
      'a/stored': [long, { level: 0 }],
      'b/': new Uint8Array(),
      'é/unlabeled_X.bin': long,
    });
    const into = scratchFolder();
    const heard: DataProgress[] = [];
    await unpack(zip, into, (progress) => heard.push(progress));
    expect(readdirSync(into, { recursive: true }).sort()).toEqual(['a', join('a', 'one'), join('a', 'stored'), 'b']);
    for (const name of ['one', 'stored']) expect(readFileSync(join(into, 'a', name)).equals(long)).toBe(true);
    expect(heard.at(-1)).toEqual({ step: 'unpack', item: zip, done: 2000, total: 2000, unit: 'bytes' });
  });

  it('of pictures becomes a data set named after it', async () => {
    useHome();
    const folder = await writeImageFolder(scratchFolder(), ['a', 'b'], 5);
    const files = Object.fromEntries(
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.png'))
        .map((name) => [`pets/${name.replaceAll('\\', '/')}`, new Uint8Array(readFileSync(join(folder, name)))]),
    );
    const zip = zipOf({ ...files, '__MACOSX/pets/a/._0.png': text('by a Mac') });
    const { info } = await importDataset(zip);
    expect(info).toMatchObject({ name: 'some', classes: ['a', 'b'], trainSamples: 8, testSamples: 2 });
  });

  it('of zip64 is read by its wide fields', async () => {
    const content = text('content');
    const plain = zipSync({ one: [content, { level: 0 }] });
    const at = Buffer.from(plain).indexOf('PK\u0001\u0002');
    const entry = Buffer.from(plain.subarray(at, at + 46 + 3));
    entry.fill(0xff, 20, 28);
    entry.writeUInt16LE(20, 30);
    const extra = Buffer.alloc(20);
    extra.set([1, 0, 16, 0, content.length], 0);
    extra[12] = content.length;
    const end64 = Buffer.alloc(56);
    end64.write('PK\u0006\u0006', 'latin1');
    [
      [32, 1],
      [40, entry.length + 20],
      [48, at],
    ].forEach(([field, value]) => end64.writeBigUInt64LE(BigInt(value), field));
    const locator = Buffer.alloc(20);
    locator.write('PK\u0006\u0007', 'latin1');
    locator.writeBigUInt64LE(BigInt(at + entry.length + 20), 8);
    const end = Buffer.alloc(22, 0xff);
    end.set([0x50, 0x4b, 5, 6], 0);
    end.fill(0, 20);
    const zip = join(scratchFolder(), 'wide.zip');
    writeFile(zip, Buffer.concat([plain.subarray(0, at), entry, extra, end64, locator, end]));
    const into = scratchFolder();
    await unpack(zip, into);
    expect(readFileSync(join(into, 'one'), 'utf8')).toBe('content');
  });

  it('is refused when it leads elsewhere, or holds links', async () => {
    await expectRefused(zipOf({ '../out': text('x') }), 'archive-unsafe', '../out');
    await expectRefused(zipOf({ 'a\\..\\..\\out': text('x') }), 'archive-unsafe', 'leads out');
    await expectRefused(zipOf({ '/etc/passwd': text('x') }), 'archive-unsafe', '/etc/passwd');
    const link = zipOf({ link: [text('/etc'), { os: 3, attrs: (0o120777 << 16) >>> 0 }] });
    await expectRefused(link, 'archive-unsafe', '"link", a symbolic link');
  });

  it('is refused when its members are damaged, encrypted or packed by other methods', async () => {
    const zip = (): string => zipOf({ one: text('x'.repeat(1000)) });
    const stored = zipOf({ one: [text('content'), { level: 0 }] });
    const bytes = readFileSync(stored);
    bytes[bytes.indexOf('content')] ^= 1;
    writeFileSync(stored, bytes);
    await expectRefused(stored, 'archive-damaged', '"one" is damaged');
    await expectRefused(changed(zip(), 'directory', 8, [1]), 'archive-damaged', 'encrypted');
    await expectRefused(changed(zip(), 'directory', 10, [12]), 'archive-damaged', 'method 12');
    // It announces fewer bytes than it unpacks to, or more than there may be.
    await expectRefused(changed(zip(), 'directory', 24, [10, 0]), 'archive-damaged');
    await expectRefused(changed(zip(), 'directory', 24, [0, 0, 0, 0x7f]), 'archive-damaged', 'unpack it yourself');
    await expectRefused(changed(zip(), 'local', 0, [0]), 'archive-damaged', 'not where the directory says');
    await expectRefused(changed(zip(), 'directory', 0, [0]), 'archive-damaged', 'directory is damaged');
    const cut = zip();
    writeFileSync(cut, readFileSync(cut).subarray(0, 60));
    await expectRefused(cut, 'archive-damaged', 'no directory');
  });

  it('is refused when it is endlessly deep, or holds a name twice', async () => {
    await expectRefused(zipOf({ [`${'a/'.repeat(40)}b`]: text('x') }), 'archive-unsafe', '32 folders');
    const twice = zipOf({ one: text('x'), two: text('y') });
    writeFileSync(twice, Buffer.from(readFileSync(twice).toString('latin1').replaceAll('two', 'one'), 'latin1'));
    const into = scratchFolder();
    await expect(unpack(twice, into)).rejects.toMatchObject({
      code: 'archive-damaged',
      message: expect.stringContaining('"one" twice') as string,
    });
  });
});

it.each(['set.tar.xz', 'set.tar.bz2', 'set.TBZ2', 'set.txz', 'set.tar.zst', 'set.7z', 'set.rar'])(
  'what is packed otherwise, %s, comes with the hint to unpack it',
  async (name) => {
    useHome();
    const path = writeFile(join(scratchFolder(), name), 'packed');
    await expect(importDataset(path)).rejects.toMatchObject({
      code: 'archive-unknown',
      message: expect.stringMatching(new RegExp(`Unpack it, for instance with "(tar -xf|7z x) ${name}"`)) as string,
    });
  },
);
