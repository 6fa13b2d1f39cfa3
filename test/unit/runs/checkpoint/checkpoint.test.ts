import { cpSync, readdirSync, truncateSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inputFacts } from '../../../../main/data/input.ts';
import { loadCheckpoint, saveCheckpoint, type RunCheckpoint } from '../../../../main/runs/checkpoint/checkpoint.ts';
import { pairFolder, savePair } from '../../../../main/runs/checkpoint/pair.ts';
import { inputField, inputMetadata, inputOfMetadata } from '../../../../main/runs/checkpoint/input-metadata.ts';
import { readMetadata, readSafetensors } from '../../../../main/runs/checkpoint/weights-file.ts';
import type { ServerState, Snapshot } from '../../../../main/training/snapshot.ts';
import { experiment, pairRecord, unbound, uniformSnapshot, weightsOf } from '../../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';

const alone = (snapshot: Snapshot): RunCheckpoint => new Map([[0, snapshot]]);

describe('checkpoint', () => {
  it('holds all sources of a run, each with its own server half or without', async () => {
    const folder = temporaryFolder();
    const kept: ServerState = { kind: 'kept', name: 't0-s3', sha256: 'ab'.repeat(32) };
    for (const cut of [
      [
        [0, kept],
        [2, { kind: 'shared' }],
      ],
      [
        [1, kept],
        [2, { kind: 'shared' }],
      ],
    ] as const) {
      const snapshots = new Map(cut.map(([source, server]) => [source, { ...uniformSnapshot(source), server }]));
      await saveCheckpoint(folder, snapshots, unbound);
      expect(await loadCheckpoint(folder)).toEqual(snapshots);
    }
  });

  it('gives back the last one saved, bit for bit, and keeps the one before it alone', async () => {
    const folder = temporaryFolder();
    expect(await loadCheckpoint(folder)).toEqual(new Map());
    await saveCheckpoint(folder, alone(uniformSnapshot(1)), unbound);
    await saveCheckpoint(folder, alone(uniformSnapshot(2)), unbound);
    const snapshot = uniformSnapshot(3);
    snapshot.client.weights['features.0.weight'].data[3] = NaN;
    await saveCheckpoint(folder, alone(snapshot), unbound);
    expect(await loadCheckpoint(folder)).toEqual(alone(snapshot));
    expect(readdirSync(join(folder, 'checkpoint'))).toEqual(['000002', '000003']);
  });

  it('carries sums that JSON cannot, as of a training that diverged', async () => {
    const folder = temporaryFolder();
    const { totals, ...rest } = uniformSnapshot(1);
    const diverged: Snapshot = {
      ...rest,
      totals: { ...totals, epochLoss: NaN, seconds: 0.1 + 0.2, bytesUp: Infinity },
    };
    await saveCheckpoint(folder, alone(diverged), unbound);
    expect((await loadCheckpoint(folder)).get(0)?.totals).toEqual(diverged.totals);
  });

  it('takes no notice of one that was never finished', async () => {
    const folder = temporaryFolder();
    await saveCheckpoint(folder, alone(uniformSnapshot(1)), unbound);
    await mkdir(join(folder, 'checkpoint', '000002.partial'));
    await writeFile(join(folder, 'checkpoint', '000002.partial', 'client.safetensors'), 'half');
    expect((await loadCheckpoint(folder)).get(0)?.position.step).toBe(1);
    await saveCheckpoint(folder, alone(uniformSnapshot(2)), unbound);
    expect(readdirSync(join(folder, 'checkpoint'))).toEqual(['000001', '000002']);
  });

  it('takes the newer when a kill left both', async () => {
    const folder = temporaryFolder();
    await saveCheckpoint(folder, alone(uniformSnapshot(1)), unbound);
    cpSync(join(folder, 'checkpoint', '000001'), join(folder, 'kept'), { recursive: true });
    await saveCheckpoint(folder, alone(uniformSnapshot(2)), unbound);
    cpSync(join(folder, 'kept'), join(folder, 'checkpoint', '000001'), { recursive: true });
    expect((await loadCheckpoint(folder)).get(0)?.position.step).toBe(2);
  });

  it('keeps the old one when saving fails half way', async () => {
    const folder = temporaryFolder();
    await saveCheckpoint(folder, alone(uniformSnapshot(1)), unbound);
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const snapshot = uniformSnapshot(2);
    const weights = Object.defineProperty({}, 'classifier.0.weight', {
      enumerable: true,
      get: () => {
        throw full;
      },
    });
    const server: ServerState = { kind: 'state', state: { weights, momentum: {} } };
    await expect(saveCheckpoint(folder, alone({ ...snapshot, server }), unbound)).rejects.toBe(full);
    expect(await loadCheckpoint(folder)).toEqual(alone(uniformSnapshot(1)));
    expect(readdirSync(join(folder, 'checkpoint'))).toEqual(['000001']);
  });

  it.each(['client.safetensors', 'position.json'])('says which folder holds a damaged %s', async (file) => {
    const folder = temporaryFolder();
    await saveCheckpoint(folder, alone(uniformSnapshot(1)), unbound);
    truncateSync(join(folder, 'checkpoint', '000001', file), 20);
    const loading = loadCheckpoint(folder);
    await expect(loading).rejects.toMatchObject({ code: 'checkpoint-damaged' });
    await expect(loading).rejects.toThrow(join(folder, 'checkpoint', '000001'));
  });
});

describe('pair', () => {
  it('is kept with the experiment, budget and accuracy that made it, and may be made again', async () => {
    const store = openTestStore(temporaryFolder());
    const run = store.create(experiment({ name: 'prune' }), 7);
    const pair = pairRecord(1, { budget: null, testAccuracy: 0.875 });
    const folder = pairFolder(store.folder(run.id), pair);
    for (const k of [1, 2]) {
      await savePair(store.folder(run.id), run, pair, weightsOf(uniformSnapshot(k)));
      const { tensors, metadata } = await readSafetensors(join(folder, 'client.safetensors'));
      expect(tensors).toEqual(uniformSnapshot(k).client.weights);
      expect(metadata).toMatchObject({ half: 'client', run: run.id, seed: '7', budget: 'full', testAccuracy: '0.875' });
      expect(JSON.parse(metadata['experiment'])).toEqual(run.experiment);
    }
    expect(folder.endsWith(join('pairs', '0-1-bfull'))).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['client.safetensors', 'server.safetensors']);
  });

  it('has a folder by its training, phase, budget and source', () => {
    const folderOf = (change: object): string => pairFolder('run', pairRecord(1, change));
    expect(folderOf({ training: 2, budget: 32 })).toBe(join('run', 'pairs', '2-1-b32'));
    expect(folderOf({ budget: null, source: 3 })).toBe(join('run', 'pairs', '0-1-bfull-source-3'));
  });

  it('says what images it takes, in the order of PyTorch', async () => {
    const store = openTestStore(temporaryFolder());
    const run = store.create(experiment(), 1);
    const pair = pairRecord(1, { budget: 4 });
    await savePair(store.folder(run.id), run, pair, weightsOf(uniformSnapshot(1)));
    const metadata = await readMetadata(join(pairFolder(store.folder(run.id), pair), 'server.safetensors'));
    const facts = inputFacts('synthetic')!;
    const [height, width, channels] = facts.shape;
    expect(metadata).toMatchObject({
      half: 'server',
      uid: run.uid,
      budget: '4',
      dataset: 'synthetic',
      classes: JSON.stringify(facts.classes),
      inputShape: JSON.stringify([channels, height, width]),
      mean: JSON.stringify(facts.mean),
      std: JSON.stringify(facts.std),
    });
  });
});

describe('the input of weights', () => {
  const facts = {
    dataset: 'pets',
    classes: ['cat', 'dog'],
    shape: [5, 7, 3],
    mean: [0, 0.5, 1],
    std: [1, 2, 3],
  } as const;

  it('is read from metadata as it was written', () => {
    expect(inputOfMetadata(inputMetadata(facts))).toEqual(facts);
    expect(inputMetadata(facts)['inputShape']).toBe('[3,5,7]');
    expect(inputOfMetadata({ half: 'client' })).toBeUndefined();
    expect(() => inputOfMetadata({ ...inputMetadata(facts), inputShape: '[3,5]' })).toThrow(/inputShape/);
  });

  it('stands in experiment.json in the same order', () => {
    const { classes, mean, std } = facts;
    expect(inputField(facts)).toEqual({
      $input: { shape: [3, 5, 7], layout: inputMetadata(facts)['inputLayout'], mean, std, classes },
    });
  });
});
