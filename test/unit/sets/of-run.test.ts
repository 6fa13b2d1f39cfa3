import { existsSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { syntheticInfo } from '../../../main/data/synthetic.ts';
import { openEngine } from '../../../main/engine/engine.ts';
import { encodeSafetensors } from '../../../main/model/safetensors.ts';
import type { StateDict } from '../../../main/model/state.ts';
import type { PairRecord } from '../../../main/records/record.ts';
import { pairFolder, readHalf, savePair } from '../../../main/runs/checkpoint/pair.ts';
import type { ExperimentInput } from '../../../main/runs/experiment/experiment.ts';
import type { Run } from '../../../main/runs/store/run.ts';
import type { Store } from '../../../main/runs/store/store.ts';
import { modelsFolder } from '../../../main/sets/home.ts';
import { addSet } from '../../../main/sets/of-run.ts';
import { openSet } from '../../../main/sets/open.ts';
import { useHome, writeFile } from '../../support/datasets.ts';
import { randomPair } from '../../support/model-set.ts';
import { trainedRun } from '../../support/run-curves.ts';
import { pairRecord } from '../../support/run-records.ts';
import { openTestStore } from '../../support/run-store.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

const small: ExperimentInput = { model: { name: 'cnn', width: 0.125 }, split: { layer: 4 } };

/** A run that left these pairs, each with weights of its own. */
async function runWith(input: ExperimentInput, records: readonly PairRecord[]): Promise<{ store: Store; run: Run }> {
  const store = openTestStore(useHome());
  const { id } = trainedRun(store, { ...small, ...input }, []);
  store.setStatus(id, 'running');
  store.setStatus(id, 'finished');
  const run = store.get(id);
  for (const [seed, record] of records.entries()) {
    await savePair(store.folder(id), run, record, await randomPair(run.experiment, syntheticInfo, seed));
  }
  store.append(id, records);
  return { store, run };
}

describe('a set of a run', () => {
  it('has a pair for each budget of prune, with what the run says of it', async () => {
    const phases = [
      { budget: 'full' as const, epochs: 3 },
      { budget: 4, epochs: 2 },
      { budget: 2, epochs: 1 },
    ];
    const { store, run } = await runWith({ name: 'My prune, 1', method: 'prune', phases }, [
      pairRecord(0, { budget: null, testAccuracy: 0.75 }),
      pairRecord(1, { budget: 4, testAccuracy: 0.625 }),
      pairRecord(2, { budget: 2, testAccuracy: 0.5 }),
    ]);
    const { set, notes } = await addSet(store, run);
    expect(set.name).toBe('my-prune-1');
    expect(notes).toEqual([]);
    const { pairs, images, run: from } = (await openSet(set.name)).manifest;
    expect(pairs.map(({ budget, maps, epochs, testAccuracy }) => [budget, maps, epochs, testAccuracy])).toEqual([
      [null, null, 3, 0.75],
      [4, 4, 5, 0.625],
      [2, 2, 6, 0.5],
    ]);
    expect(images).toMatchObject({ dataset: 'synthetic', shape: [32, 32, 3], classes: syntheticInfo.classes });
    expect(from).toMatchObject({ uid: run.uid, name: 'My prune, 1', seed: run.seed });
    expect(from.experiment['phases']).toEqual(phases);
  });

  it('counts the epochs of each training of scratch from its own beginning', async () => {
    const phases = [
      { budget: 4, epochs: 3 },
      { budget: 2, epochs: 2 },
    ];
    const { store, run } = await runWith({ method: 'scratch', phases }, [
      pairRecord(0, { budget: 4 }),
      pairRecord(0, { budget: 2, training: 1 }),
    ]);
    const { set } = await addSet(store, run, { name: 'fresh' });
    expect(set.manifest.pairs.map(({ budget, epochs, origin }) => [budget, epochs, origin.training])).toEqual([
      [4, 3, 0],
      [2, 2, 1],
    ]);
  });

  it('has the one pair of a training without a module, cut as it was', async () => {
    const split = { layer: 4, module: null };
    const { store, run } = await runWith({ method: 'plain-split', split, phases: [{ budget: 'full', epochs: 1 }] }, [
      pairRecord(0, { budget: null }),
    ]);
    const { set } = await addSet(store, run, { name: 'plain' });
    expect(set.manifest.pairs.map(({ budget, maps }) => [budget, maps])).toEqual([[null, null]]);
    expect(set.manifest.cut).toEqual(split);
  });

  it('takes the most accurate of several sources, and says so', async () => {
    const { store, run } = await runWith({ sources: { count: 2 }, phases: [{ budget: 4, epochs: 1 }] }, [
      pairRecord(0, { budget: 4, source: 0, testAccuracy: 0.5 }),
      pairRecord(0, { budget: 4, source: 1, testAccuracy: 0.75 }),
    ]);
    const { set, notes } = await addSet(store, run);
    expect(set.manifest.pairs).toMatchObject([{ testAccuracy: 0.75, origin: { source: 1 } }]);
    expect(notes).toEqual(['Of 2 pairs of budget 4 the set has the most accurate: source 2, training 1, phase 1.']);
  });

  it('has the best epochs of a run that kept them, says so, and counts the epochs until then', async () => {
    const record = pairRecord(0, { budget: 4, testAccuracy: 0.5 });
    const { store, run } = await runWith({ validation: 0.1, phases: [{ budget: 4, epochs: 9 }] }, [record]);
    const best = { ...record, testAccuracy: 0.625, validationAccuracy: 0.75 };
    const kept = await randomPair(run.experiment, syntheticInfo, 7);
    await savePair(store.folder(run.id), run, best, kept, { kept: 'best', epochs: 6 });
    const { set } = await addSet(store, run, { name: 'best', epoch: 'best' });
    expect(set.manifest.pairs).toMatchObject([{ testAccuracy: 0.625, epochs: 6, epoch: 'best' }]);
    const { metadata, tensors } = await readHalf(join(set.folder, '4'), 'server');
    expect(metadata).toMatchObject({ epoch: 'best', epochs: '6', testAccuracy: '0.625' });
    const [bias] = Object.keys(kept.server).filter((name) => name.endsWith('bias'));
    expect(tensors[bias].data).toEqual(kept.server[bias].data);
    const last = await addSet(store, run, { name: 'last' });
    expect(last.set.manifest.pairs).toMatchObject([{ testAccuracy: 0.5, epoch: 'last' }]);
  });

  it('counts the epochs there were where a phase has ended early', async () => {
    const record = pairRecord(0, { budget: 4 });
    const { store, run } = await runWith({ phases: [{ budget: 4, epochs: 9 }] }, []);
    await savePair(store.folder(run.id), run, record, await randomPair(run.experiment, syntheticInfo, 1), {
      epochs: 5,
    });
    store.append(run.id, [record]);
    const { set } = await addSet(store, run);
    expect(set.manifest.pairs).toMatchObject([{ epochs: 5 }]);
  });

  it('is not made of best epochs that were not kept', async () => {
    const { store, run } = await runWith({ phases: [{ budget: 4, epochs: 1 }] }, [pairRecord(0, { budget: 4 })]);
    await expect(addSet(store, run, { epoch: 'best' })).rejects.toMatchObject({
      code: 'no-weights',
      message: expect.stringContaining('keeps no best epochs') as string,
    });
  });

  it('is not made of a run that has left nothing yet', async () => {
    const { store, run } = await runWith({}, []);
    await expect(addSet(store, run)).rejects.toMatchObject({ code: 'no-weights' });
  });

  it('is not made of a pair that is damaged, nor half of it', async () => {
    const records = [pairRecord(0, { budget: null }), pairRecord(1, { budget: 2 })];
    const { store, run } = await runWith(
      {
        phases: [
          { budget: 4, epochs: 1 },
          { budget: 2, epochs: 1 },
        ],
        method: 'prune',
      },
      records,
    );
    truncateSync(join(pairFolder(store.folder(run.id), records[1]), 'server.safetensors'), 1000);
    await expect(addSet(store, run, { name: 'half' })).rejects.toMatchObject({ code: 'weights-damaged' });
    expect(existsSync(join(modelsFolder(), 'half'))).toBe(false);
  });

  it('of a version that did not say what its images are like asks for the data set', async () => {
    const record = pairRecord(0, { budget: 4 });
    const { store, run } = await runWith({ dataset: { name: 'gone' }, phases: [{ budget: 4, epochs: 1 }] }, []);
    const weights = await randomPair(run.experiment, syntheticInfo, 1);
    const folder = pairFolder(store.folder(run.id), record);
    for (const half of ['client', 'server'] as const) {
      writeOld(join(folder, `${half}.safetensors`), weights[half]);
    }
    store.append(run.id, [record]);
    await expect(addSet(store, run)).rejects.toMatchObject({
      code: 'dataset-missing',
      message: expect.stringContaining('"gone" is not here') as string,
    });
  });
});

/** As version 0.1 wrote it, without a sum. */
function writeOld(path: string, weights: StateDict): void {
  writeFile(path, encodeSafetensors(weights));
}
