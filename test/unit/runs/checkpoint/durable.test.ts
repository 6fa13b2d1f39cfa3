import type * as files from 'node:fs';
import type * as fs from 'node:fs/promises';
import { join, relative } from 'node:path';
import { expect, it, vi } from 'vitest';
import { saveCheckpoint } from '../../../../main/runs/checkpoint/checkpoint.ts';
import { publishFile } from '../../../../main/runs/checkpoint/durable.ts';
import { savePair } from '../../../../main/runs/checkpoint/pair.ts';
import { rewriteRecordFile } from '../../../../main/runs/store/record-file.ts';
import {
  experiment,
  pairRecord,
  stepRecord,
  unbound,
  uniformSnapshot,
  weightsOf,
} from '../../../support/run-records.ts';
import { openTestStore, takeUp, temporaryFolder } from '../../../support/run-store.ts';
import { onUnix } from '../../../support/where.ts';

/** What is done to the disk, in order. */
const done = vi.hoisted((): string[] => []);

// The real file system, and it is written down what it is asked to do.
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof fs>();
  return {
    ...real,
    writeFile: async (path: string, data: string, options: { flush?: boolean } = {}) => {
      await real.writeFile(path, data, options);
      done.push(`write ${path}`, ...(options.flush ? [`sync ${path}`] : []));
    },
    rename: async (from: string, to: string) => {
      await real.rename(from, to);
      done.push(`rename ${from} ${to}`);
    },
    rm: async (path: string, options: object) => {
      await real.rm(path, options);
      done.push(`remove ${path}`);
    },
    mkdir: async (path: string, options: { recursive: true }) => {
      const made = await real.mkdir(path, options);
      if (made !== undefined) done.push(`make ${made}`);
      return made;
    },
    open: async (path: string, flags: string) => {
      const file = await real.open(path, flags);
      const { sync } = file;
      file.sync = async () => {
        await sync.call(file);
        done.push(`sync ${path}`);
      };
      return file;
    },
  };
});

vi.mock('node:fs', async (original) => {
  const real = await original<typeof files>();
  const fsync = (handle: number, callback: files.NoParamCallback): void => {
    real.fsync(handle, (error) => {
      done.push('sync records');
      callback(error);
    });
  };
  return { ...real, fsync };
});

/** What was done within a folder, by paths within it. */
async function doneIn(folder: string, work: () => Promise<unknown>): Promise<string[]> {
  done.length = 0;
  await work();
  return done.map((line) =>
    line
      .split(' ')
      .map((part, i) => (i === 0 ? part : relative(folder, part).replaceAll('\\', '/') || '.'))
      .join(' '),
  );
}

/** Every file is on the disk before it has its name, and every name before anything is removed for it. */
onUnix.describe('what a run must not lose in a power cut', () => {
  const snapshots = new Map([
    [0, uniformSnapshot(1)],
    [1, { ...uniformSnapshot(1), server: { kind: 'shared' } as const }],
  ]);
  const written = (folder: string, ...names: string[]): string[] =>
    names.flatMap((name) => [`write ${folder}/${name}`, `sync ${folder}/${name}`]);
  const client = ['client.safetensors', 'client.momentum.safetensors'];
  const server = ['server.safetensors', 'server.momentum.safetensors'];

  it('is a checkpoint: its files, its folders, its name, then the name of a folder around it that is new', async () => {
    const folder = temporaryFolder();
    const partial = 'checkpoint/000001.partial';
    const order = await doneIn(folder, () => saveCheckpoint(folder, snapshots, unbound));
    expect(order).toEqual([
      `remove ${partial}`,
      'make checkpoint',
      ...written(partial, ...client, ...server, 'position.json'),
      `make ${partial}/source-1`,
      ...written(`${partial}/source-1`, ...client, 'position.json'),
      `sync ${partial}/source-1`,
      ...written(partial, 'manifest.json'),
      `sync ${partial}`,
      'remove checkpoint/000001',
      `rename ${partial} checkpoint/000001`,
      'sync checkpoint',
      'sync .',
    ]);
  });

  it('is the checkpoint before the last until the new one has its name', async () => {
    const folder = temporaryFolder();
    for (let k = 0; k < 2; k++) await saveCheckpoint(folder, snapshots, unbound);
    const order = await doneIn(folder, () => saveCheckpoint(folder, snapshots, unbound));
    const named = order.indexOf('rename checkpoint/000003.partial checkpoint/000003');
    expect(order.slice(named + 1)).toEqual(['sync checkpoint', 'remove checkpoint/000001']);
    expect(order.slice(0, named).filter((line) => line.includes('00000') && !line.includes('000003'))).toEqual([]);
  });

  it('is a trained pair', async () => {
    const store = openTestStore(temporaryFolder());
    const run = store.create(experiment(), 1);
    const folder = store.folder(run.id);
    const order = await doneIn(folder, () => savePair(folder, run, pairRecord(0), weightsOf(uniformSnapshot(1))));
    expect(order.filter((line) => !/^(make|remove)/.test(line))).toEqual([
      ...written('pairs/0-0-b4.partial', client[0], server[0]),
      'sync pairs/0-0-b4.partial',
      'rename pairs/0-0-b4.partial pairs/0-0-b4',
      'sync pairs',
      'sync .',
    ]);
  });

  it('are the records that a checkpoint comes after', async () => {
    const store = openTestStore(temporaryFolder());
    const { records } = await takeUp(store, store.create(experiment(), 1));
    records.append([stepRecord(0)]);
    done.length = 0;
    await records.bind(new Map([[0, uniformSnapshot(1).position]]));
    expect(done).toEqual(['sync records']);
  });

  it('is a record file that is made anew, as any single file', async () => {
    const folder = temporaryFolder();
    const steps = [
      'write records.jsonl.partial',
      'sync records.jsonl.partial',
      'rename records.jsonl.partial records.jsonl',
      'sync .',
    ];
    expect(await doneIn(folder, () => rewriteRecordFile(folder, 'a run', [stepRecord(0)]))).toEqual(steps);
    expect(await doneIn(folder, () => publishFile(join(folder, 'records.jsonl'), 'text'))).toEqual(steps);
  });
});
