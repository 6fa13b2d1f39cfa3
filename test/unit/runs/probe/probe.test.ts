import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { unzipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { syntheticInfo } from '../../../../main/data/synthetic.ts';
import { openEngine } from '../../../../main/engine/engine.ts';
import { zipRuns } from '../../../../main/exports/archive/zip.ts';
import { savePair } from '../../../../main/runs/checkpoint/pair.ts';
import type { ExperimentInput } from '../../../../main/runs/experiment/experiment.ts';
import { readProbe, saveProbe } from '../../../../main/runs/probe/file.ts';
import { codecOf, probe, probeable } from '../../../../main/runs/probe/probe.ts';
import type { Run } from '../../../../main/runs/store/run.ts';
import type { Store } from '../../../../main/runs/store/store.ts';
import { useHome } from '../../../support/datasets.ts';
import { randomPair } from '../../../support/model-set.ts';
import { trainedRun } from '../../../support/run-curves.ts';
import { pairRecord } from '../../../support/run-records.ts';
import { openTestStore } from '../../../support/run-store.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

const small: ExperimentInput = {
  dataset: { name: 'synthetic', trainSamples: 80, testSamples: 20 },
  model: { name: 'cnn', width: 0.125 },
  split: { layer: 4 },
};
const options = { images: 64, epochs: 1, seed: 1 };

/** A run with pairs of all maps and of 2, with random weights. */
async function untrained(input: ExperimentInput = {}): Promise<{ store: Store; run: Run }> {
  const store = openTestStore(useHome());
  const run = trainedRun(store, { ...small, ...input }, []);
  const pairs = [pairRecord(0, { budget: 2 }), pairRecord(1, { budget: null })];
  for (const pair of pairs) {
    await savePair(store.folder(run.id), run, pair, await randomPair(run.experiment, syntheticInfo, 1));
  }
  store.append(run.id, pairs);
  return { store, run };
}

describe('a probe', () => {
  it('finds the same for each budget whenever it is repeated, with pictures beside the originals', async () => {
    const { store, run } = await untrained();
    const heard: number[] = [];
    const ready = probeable(store, run, options);
    const { report, pictures } = await probe(ready, { ...options, onProgress: (done) => heard.push(done) });
    expect(report).toMatchObject({ ...options, testImages: 20 });
    expect(report.results.map(({ budget }) => budget)).toEqual([null, 2]);
    expect(heard.at(-1)).toBeCloseTo(1, 10);
    // Ten images of 32 pixels in three rows, twice as large, 2 pixels between them.
    expect(await sharp(pictures).metadata()).toMatchObject({ format: 'png', width: 676, height: 200 });
    const again = await probe(probeable(store, run, { ...options, budget: 2 }), options);
    expect(again.report.results).toEqual([report.results[1]]);
  });

  it('is kept with its run and goes into its zip; a damaged one is told', async () => {
    const { store, run } = await untrained();
    const folder = store.folder(run.id);
    expect(await readProbe(folder)).toBeNull();
    const baseline = { ssim: 0.25, mse: 0.0625, psnr: 12 };
    const report = {
      seed: 1,
      images: 64,
      testImages: 20,
      epochs: 1,
      results: [{ budget: null, ...baseline }],
      baseline,
    };
    await saveProbe(folder, report, Uint8Array.of(1, 2));
    expect(await readProbe(folder)).toEqual(report);
    const files = unzipSync(await zipRuns(store, [run], { checkpoints: false, neutralise: false }));
    expect(files[`${run.id}/probe.png`]).toEqual(Uint8Array.of(1, 2));
    expect(files).toHaveProperty([`${run.id}/probe.json`]);
    writeFileSync(join(folder, 'probe.json'), '{"seed": 2}');
    await expect(readProbe(folder)).rejects.toMatchObject({ code: 'probe-damaged' });
  });

  it('leaves the run alone when it is interrupted', async () => {
    const { store, run } = await untrained();
    const stop = new Error('stopped');
    const onProgress = (done: number): void => {
      if (done > 0.5) throw stop;
    };
    await expect(probe(probeable(store, run, options), { ...options, onProgress })).rejects.toBe(stop);
    expect(await readProbe(store.folder(run.id))).toBeNull();
  });
});

describe('what cannot be probed', () => {
  it('is a run without a pair', () => {
    const store = openTestStore(useHome());
    const run = trainedRun(store, small, []);
    expect(() => probeable(store, run, options)).toThrow(/no trained pair yet/);
  });

  it('is a run whose images cross as they are', () => {
    const store = openTestStore(useHome());
    const raw: ExperimentInput = {
      method: 'raw-image',
      split: { layer: 0, module: null },
      phases: [{ budget: 'full', epochs: 1 }],
    };
    const run = trainedRun(store, { ...small, ...raw }, []);
    expect(() => probeable(store, run, options)).toThrow(/the image itself crosses/);
  });

  it.each([
    [{ budget: 3 }, 'no pair of budget 3. It has full, 2'],
    [{ images: 63 }, 'images is 63: expected at least 64'],
    [{ images: 81 }, 'images is 81, but run 001 trains on 80'],
  ])('is asked for %o', async (asked, message) => {
    const { store, run } = await untrained();
    expect(() => probeable(store, run, { ...options, ...asked })).toThrow(message.replace('001', run.id));
  });
});

it('sees maps as they crossed in the phase of a pair: in its own codec, else in that of the experiment', () => {
  const phases = [{ budget: 'full', epochs: 1 } as const, { budget: 2, epochs: 1, codec: { up: 'sign' } } as const];
  const store = openTestStore(useHome());
  const run = trainedRun(store, { ...small, method: 'prune', phases, codec: { full: 'int8' } }, []);
  const [whole, narrow] = [pairRecord(0, { phase: 0, budget: null }), pairRecord(1, { phase: 1, budget: 2 })];
  expect([codecOf(run, whole).name, codecOf(run, narrow).name]).toEqual(['int8', 'sign']);
});
