import { existsSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { create, Header } from 'tar';
import { describe, expect, it } from 'vitest';
import { unpack } from '../../../main/data/archive.ts';
import type { DataProgress } from '../../../main/data/progress.ts';
import { scratchFolder, tarOf, writeFile } from '../../support/datasets.ts';
import { onUnix } from '../../support/where.ts';

async function expectRefused(tar: string, code: string, words: readonly string[]): Promise<void> {
  const into = scratchFolder();
  const error: unknown = await unpack(tar, into).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'SluiceError', code });
  for (const word of words) expect((error as Error).message).toContain(word);
  expect(readdirSync(into)).toEqual([]);
}

describe('unpack', () => {
  it('unpacks files and folders, and tells how far it is', async () => {
    const folder = scratchFolder();
    writeFile(join(folder, 'a', 'one'), 'x'.repeat(1000));
    writeFile(join(folder, 'b', 'unlabeled_X.bin'), 'what STL-10 has and Sluice does not use');
    const tar = await tarOf(folder, join(scratchFolder(), 'some.tgz'));
    const into = scratchFolder();
    const heard: DataProgress[] = [];
    await unpack(tar, into, (progress) => heard.push(progress));
    expect(readdirSync(into, { recursive: true }).sort()).toEqual(['a', join('a', 'one'), 'b']);
    expect(heard.at(-1)).toEqual({ step: 'unpack', item: tar, done: 1000, total: null, unit: 'bytes' });
  });

  it('refuses paths that lead elsewhere', async () => {
    const folder = scratchFolder();
    const outside = writeFile(join(folder, 'outside'), 'x');
    writeFile(join(folder, 'inside', 'file'), 'y');
    const tar = join(folder, 'bad.tar');
    await create({ file: tar, cwd: join(folder, 'inside'), preservePaths: true }, ['../outside', 'file']);
    await expectRefused(tar, 'archive-unsafe', ['bad.tar', '../outside']);
    await create({ file: tar, cwd: folder, preservePaths: true }, [outside]);
    await expectRefused(tar, 'archive-unsafe', ['outside']);
  });

  onUnix.it('refuses links', async () => {
    const folder = scratchFolder();
    symlinkSync('/etc', join(folder, 'link'));
    await expectRefused(await tarOf(folder, join(scratchFolder(), 'links.tar'), ['link']), 'archive-unsafe', [
      '"link"',
      'SymbolicLink',
    ]);
    expect(existsSync(join(folder, 'link'))).toBe(true);
  });

  it('refuses what the disk has no room for, before writing it', async () => {
    const header = Buffer.alloc(512);
    new Header({ path: 'huge', type: 'File', mode: 0o644, size: 2 ** 52 }).encode(header);
    const tar = writeFile(join(scratchFolder(), 'bomb.tar'), Buffer.concat([header, Buffer.alloc(1024)]));
    await expectRefused(tar, 'disk-full', ['huge', 'SLUICE_HOME']);
  });
});
