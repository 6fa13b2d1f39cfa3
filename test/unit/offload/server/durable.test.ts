import type * as fs from 'node:fs/promises';
import { readdirSync, utimesSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it, vi } from 'vitest';
import { openCheckpoints, removeOldCheckpoints } from '../../../../main/offload/server/checkpoints.ts';
import { temporaryFolder } from '../../../support/closing.ts';
import { onUnix } from '../../../support/where.ts';

/** What is done to the disk, in order, by absolute paths. */
const done = vi.hoisted((): [what: string, ...paths: string[]][] => []);

// The real file system, and it is written down what it is asked to do.
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof fs>();
  const writing =
    (what: 'writeFile' | 'appendFile') =>
    async (path: string, data: string, options: { flush?: boolean } = {}): Promise<void> => {
      await real[what](path, data, options);
      done.push(['write', path]);
      if (options.flush) done.push(['sync', path]);
    };
  return {
    ...real,
    writeFile: writing('writeFile'),
    appendFile: writing('appendFile'),
    rename: async (from: string, to: string) => {
      await real.rename(from, to);
      done.push(['rename', from, to]);
    },
    rm: async (path: string, options: object) => {
      await real.rm(path, options);
      done.push(['remove', path]);
    },
    open: async (path: string, flags: string) => {
      const file = await real.open(path, flags);
      const { sync } = file;
      file.sync = async () => {
        await sync.call(file);
        done.push(['sync', path]);
      };
      return file;
    },
  };
});

const limits = { checkpointBytes: 1000, diskBytes: 1500, checkpoints: 1 };

/** What was done beneath a root, by paths within it. */
async function doneIn(root: string, work: () => Promise<unknown>): Promise<string[]> {
  done.length = 0;
  await work();
  return done.map(([what, ...paths]) =>
    [what, ...paths.map((path) => relative(root, path).replaceAll('\\', '/') || '.')].join(' '),
  );
}

const written = (name: string): string[] => [
  `write run/0/${name}.safetensors.partial`,
  `sync run/0/${name}.safetensors.partial`,
  `rename run/0/${name}.safetensors.partial run/0/${name}.safetensors`,
  'sync run/0',
];

onUnix.it(
  'a checkpoint on the server survives a power cut: folders, content, name, and only then those before it go',
  async () => {
    const root = temporaryFolder();
    const checkpoints = openCheckpoints(root, 'run', 0, limits);
    const bytes = new Uint8Array(10);
    expect(await doneIn(root, () => checkpoints.save('a', bytes))).toEqual(['sync run', 'sync .', ...written('a')]);
    expect(await doneIn(root, () => checkpoints.save('b', bytes))).toEqual([
      ...written('b'),
      'remove run/0/a.safetensors',
    ]);
  },
);

onUnix.it('so does one that arrives in parts', async () => {
  const root = temporaryFolder();
  const checkpoints = openCheckpoints(root, 'run', 0, limits);
  await checkpoints.save('a', new Uint8Array(10));
  const order = await doneIn(root, async () => {
    await checkpoints.begin('b', 20);
    for (const offset of [0, 10]) await checkpoints.append({ offset, total: 20, bytes: new Uint8Array(10) });
  });
  expect(order).toEqual([
    'write run/0/b.safetensors.partial',
    'write run/0/b.safetensors.partial',
    ...written('b'),
    'remove run/0/a.safetensors',
  ]);
});

it('is kept for as many days as it is asked for', async () => {
  const root = temporaryFolder();
  const day = 24 * 3600;
  const now = Date.now() / 1000;
  for (const [run, days] of [
    ['younger', 29.9],
    ['older', 30.1],
  ] as const) {
    await openCheckpoints(root, run, 0, limits).save('a', new Uint8Array(10));
    utimesSync(join(root, run, '0', 'a.safetensors'), now - days * day, now - days * day);
  }
  await removeOldCheckpoints(root, 30);
  expect(readdirSync(root)).toEqual(['younger']);
});
