import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadCheckpoint, saveCheckpoint, type RunCheckpoint } from '../../../../main/runs/checkpoint/checkpoint.ts';
import { pairFolder, requireWholePair, savePair } from '../../../../main/runs/checkpoint/pair.ts';
import type { ServerState } from '../../../../main/training/snapshot.ts';
import { experiment, pairRecord, unbound, uniformSnapshot, weightsOf } from '../../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';

const shared: ServerState = { kind: 'shared' };
const remembered = { 'features.0': { shape: [1], data: Float32Array.of(1) } };

/** Two sources, one with the server half and codecs that remember something; every number is k. */
const both = (k: number): RunCheckpoint =>
  new Map([
    [0, { ...uniformSnapshot(k), codecs: { client: remembered, server: remembered } }],
    [1, { ...uniformSnapshot(k), server: shared }],
  ]);

async function savedTwice() {
  const folder = temporaryFolder();
  for (const k of [1, 2]) await saveCheckpoint(folder, both(k), unbound);
  return { folder, last: join(folder, 'checkpoint', '000002') };
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

/** Whether a change of one byte to another is seen, whatever byte it is. */
async function everyFlipIsSeen(files: readonly string[], read: () => Promise<unknown>): Promise<void> {
  const whole = new Map(files.map((file) => [file, readFileSync(file)]));
  const flip = fc.constantFrom(...files).chain((file) =>
    fc.record({
      file: fc.constant(file),
      at: fc.nat(whole.get(file)!.length - 1),
      bit: fc.nat(7),
    }),
  );
  await fc.assert(
    fc.asyncProperty(flip, async ({ file, at, bit }) => {
      const damaged = Buffer.from(whole.get(file)!);
      damaged[at] ^= 1 << bit;
      writeFileSync(file, damaged);
      const outcome = await read().then(
        () => 'read',
        () => 'refused',
      );
      writeFileSync(file, whole.get(file)!);
      // A space of JSON is a space of JSON: only what is read counts.
      if (outcome === 'read') expect(JSON.parse(damaged.toString())).toEqual(JSON.parse(whole.get(file)!.toString()));
    }),
    { numRuns: 300, seed: 7 },
  );
  await read();
}

describe('the checkpoint of a run', () => {
  it('is read by its run alone, with the settings it was made with', async () => {
    const { folder } = await savedTwice();
    expect(await loadCheckpoint(folder, { owner: unbound })).toEqual(both(2));
    const other = loadCheckpoint(folder, { owner: { ...unbound, uid: 'another' }, onDamaged: () => expect.fail() });
    await expect(other).rejects.toMatchObject({ code: 'checkpoint-other' });
    await expect(other).rejects.toThrow(join(folder, 'checkpoint', '000002'));
    const changed = loadCheckpoint(folder, { owner: { ...unbound, settings: 'changed' } });
    await expect(changed).rejects.toThrow(/was made with other settings/);
  });

  it('does not go unnoticed when a bit of any of its files flips', async () => {
    const { folder, last } = await savedTwice();
    const files = filesIn(last);
    expect(files).toHaveLength(10);
    await everyFlipIsSeen(files, () => loadCheckpoint(folder, { owner: unbound }));
  });

  it('needs every file it was made with, and no other of its kind', async () => {
    const { folder, last } = await savedTwice();
    for (const file of filesIn(last)) {
      const bytes = readFileSync(file);
      rmSync(file);
      await expect(loadCheckpoint(folder, { owner: unbound })).rejects.toMatchObject({ code: 'checkpoint-damaged' });
      writeFileSync(file, bytes);
    }
    const own = readFileSync(join(last, 'client.safetensors'));
    writeFileSync(join(last, 'client.safetensors'), readFileSync(join(folder, 'checkpoint/000001/client.safetensors')));
    await expect(loadCheckpoint(folder, { owner: unbound })).rejects.toThrow(/not the one that manifest\.json has/);
    writeFileSync(join(last, 'client.safetensors'), own);
    expect(await loadCheckpoint(folder, { owner: unbound })).toEqual(both(2));
  });

  it('gives way to the one before it when it is damaged, which is said, and stays out of the way', async () => {
    const { folder, last } = await savedTwice();
    writeFileSync(join(last, 'client.momentum.safetensors'), 'no');
    const said: string[] = [];
    const load = () => loadCheckpoint(folder, { owner: unbound, onDamaged: (reason) => said.push(reason) });
    expect(await load()).toEqual(both(1));
    expect(said).toEqual([
      expect.stringMatching(/000002 is damaged \(.*\)\. The run goes on from the checkpoint before/),
    ]);
    expect(await load()).toEqual(both(1));
    expect(said).toHaveLength(1);
    await saveCheckpoint(folder, both(3), unbound);
    expect(readdirSync(join(folder, 'checkpoint'))).toEqual(['000001', '000002']);
    expect(await load()).toEqual(both(3));
  });

  it('is an error when there is none to go back to', async () => {
    const { folder, last } = await savedTwice();
    for (const path of [last, last.replace('000002', '000001')]) writeFileSync(join(path, 'manifest.json'), '{}');
    const said: string[] = [];
    const loading = loadCheckpoint(folder, { owner: unbound, onDamaged: (reason) => said.push(reason) });
    await expect(loading).rejects.toThrow(/000001 is damaged .* to train from the beginning/);
    expect(said).toHaveLength(1);
  });
});

it('a trained pair does not go unnoticed when a bit of it flips', async () => {
  const store = openTestStore(temporaryFolder());
  const run = store.create(experiment(), 1);
  const pair = pairRecord(0);
  await savePair(store.folder(run.id), run, pair, weightsOf(uniformSnapshot(1)));
  const folder = pairFolder(store.folder(run.id), pair);
  await everyFlipIsSeen(filesIn(folder), () => requireWholePair(folder));
  writeFileSync(join(folder, 'server.safetensors'), 'no');
  await expect(requireWholePair(folder)).rejects.toMatchObject({ code: 'weights-damaged' });
});
