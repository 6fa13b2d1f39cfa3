import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { removeDataset } from '../../../../main/data/datasets.ts';
import { importDataset } from '../../../../main/data/import.ts';
import { exportRuns } from '../../../../main/exports/export.ts';
import { saveCheckpoint } from '../../../../main/runs/checkpoint/checkpoint.ts';
import { savePair } from '../../../../main/runs/checkpoint/pair.ts';
import { csvColumns, exportCsv, exportJson, exportWeights } from '../../../../main/exports/tables/export.ts';
import { readMetadata, readSafetensors } from '../../../../main/runs/checkpoint/weights-file.ts';
import { ownerOf } from '../../../../main/runs/store/run-file.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';
import { scratchFolder, useHome, writeImageFolder } from '../../../support/datasets.ts';
import { trainedRun } from '../../../support/run-curves.ts';
import { pairRecord, stepRecord, uniformSnapshot, weightsOf } from '../../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';

describe('an export of records', () => {
  it('is CSV with a header line, the name quoted and budgets as in an experiment', () => {
    const store = openTestStore(temporaryFolder());
    const run = trainedRun(store, { name: 'half, "wide"' }, []);
    store.append(run.id, [
      stepRecord(0, { gates: new Float32Array(3) }),
      stepRecord(1, { budget: null, crossEntropy: NaN }),
    ]);
    // What was published first: later columns come behind it.
    const published = [
      'run,name,seed,training,phase,source,epoch,step,budget,learningRate,samples,crossEntropy,pruneLoss,correct,' +
        'bytesUp,bytesDown,wireUp,wireDown,clientSeconds,wireSeconds,serverSeconds,waitSeconds',
      '0001-half-wide,"half, ""wide""",1,0,0,0,0,0,4,0.01,16,1,0.5,7,8192,16384,8200,16392,0.25,0.125,0.5,0.0625',
      '0001-half-wide,"half, ""wide""",1,0,0,0,0,1,full,0.01,16,NaN,0.5,7,8192,16384,8200,16392,0.25,0.125,0.5,0.0625',
    ];
    const later = csvColumns('steps').slice(19);
    const line = (cells: string, row: number): string =>
      `${[cells, ...later.map(({ name }) => (row === 0 ? name : 'NaN'))].join(',')}\r\n`;
    expect([...exportCsv(store, run, 'steps')].join('')).toBe(published.map(line).join(''));
  });

  it('has as many cells as columns for every kind of record', () => {
    const store = openTestStore(temporaryFolder());
    const run = trainedRun(store, {}, [0.5]);
    store.append(run.id, [stepRecord(0), pairRecord(0, { budget: null })]);
    for (const kind of ['epochs', 'steps', 'pairs'] as const) {
      const [header, row] = [...exportCsv(store, run, kind)].map((line) => line.trim().split(','));
      expect(row).toHaveLength(header.length);
      expect(row).not.toContain('undefined');
    }
  });

  it('is one JSON document with the experiment and all records', () => {
    const store = openTestStore(temporaryFolder());
    const run = trainedRun(store, { name: 'deprune', seeds: [1, 2] }, [0.25], { seed: 2 });
    store.append(run.id, [stepRecord(0, { gates: Float32Array.of(0.5, 0.25), crossEntropy: NaN })]);
    const document = JSON.parse([...exportJson(store, run)].join('')) as Record<string, unknown>;
    expect(document).toMatchObject({
      format: 2,
      run: { id: '0001-deprune', seed: 2, status: 'queued' },
      experiment: { ...run.experiment, seeds: [2] },
      epochs: [{ epoch: 0, budget: 'full', testAccuracy: 0.25 }],
      steps: [{ step: 0, budget: 4, gates: [0.5, 0.25], crossEntropy: null, clientSeconds: 0.25, waitSeconds: 0.0625 }],
      pairs: [],
    });
    expect(Object.keys(JSON.parse([...exportJson(store, run, ['pairs'])].join('')) as object)).not.toContain('steps');
  });
});

describe('an export of weights', () => {
  it('copies every pair that the run made', async () => {
    const home = temporaryFolder();
    const store = openTestStore(home);
    const run = trainedRun(store, { method: 'prune' }, []);
    for (const [phase, budget] of [null, 4].entries()) {
      const pair = pairRecord(phase, { budget });
      store.append(run.id, [pair]);
      await savePair(store.folder(run.id), run, pair, weightsOf(uniformSnapshot(phase + 1)));
    }
    const folder = join(home, 'weights');
    expect(await exportWeights(store, run, folder)).toEqual(['0-0-bfull', '0-1-b4']);
    const { tensors, metadata } = await readSafetensors(join(folder, '0-1-b4', 'client.safetensors'));
    expect(tensors['features.0.weight'].data[0]).toBe(2);
    expect(metadata).toMatchObject({ half: 'client', budget: '4' });
    expect(JSON.parse(readFileSync(join(folder, 'experiment.json'), 'utf8'))).toMatchObject({ method: 'prune' });
  });

  it('copies the best epoch of every pair instead, where the run kept it', async () => {
    const home = temporaryFolder();
    const store = openTestStore(home);
    const [without, run] = [{}, { validation: 0.1 }].map((input) => trainedRun(store, input, []));
    const pair = pairRecord(0, { budget: 4 });
    for (const { id } of [without, run]) store.append(id, [pair]);
    await savePair(store.folder(run.id), run, pair, weightsOf(uniformSnapshot(1)));
    await savePair(store.folder(run.id), run, pair, weightsOf(uniformSnapshot(2)), { kept: 'best' });
    const folder = join(home, 'best');
    expect(await exportWeights(store, run, folder, 'best')).toEqual(['0-0-b4-best']);
    const { tensors } = await readSafetensors(join(folder, '0-0-b4-best', 'client.safetensors'));
    expect(tensors['features.0.weight'].data[0]).toBe(2);
    await expect(exportWeights(store, without, join(home, 'none'), 'best')).rejects.toMatchObject({
      code: 'no-weights',
      message: expect.stringContaining('keeps no best epochs') as string,
    });
  });

  it('says what the images are like, and can be run again', async () => {
    const home = useHome();
    await importDataset(await writeImageFolder(scratchFolder(), ['bee', 'ant'], 5), { name: 'insects' });
    const store = openTestStore(home);
    const run = trainedRun(store, { dataset: { name: 'insects' } }, []);
    const pair = pairRecord(0, { budget: 4 });
    store.append(run.id, [pair]);
    await savePair(store.folder(run.id), run, pair, weightsOf(uniformSnapshot(1)));
    const { normalisation } = JSON.parse(readFileSync(join(home, 'data', 'insects', 'manifest.json'), 'utf8')) as {
      normalisation: { mean: number[]; std: number[] };
    };
    // What the run learned from counts, not what is called so later.
    await removeDataset('insects');
    const folder = join(home, 'weights');
    await exportWeights(store, run, folder);
    for (const half of ['client', 'server']) {
      const metadata = await readMetadata(join(folder, '0-0-b4', `${half}.safetensors`));
      expect(metadata).toMatchObject({
        dataset: 'insects',
        classes: '["ant","bee"]',
        inputShape: '[3,8,8]',
        mean: JSON.stringify(normalisation.mean),
        std: JSON.stringify(normalisation.std),
        inputLayout: expect.stringContaining('(x / 255 - mean) / std') as string,
      });
    }
    const settings: unknown = JSON.parse(readFileSync(join(folder, 'experiment.json'), 'utf8'));
    expect(settings).toMatchObject({ $input: { shape: [3, 8, 8], classes: ['ant', 'bee'], ...normalisation } });
    expect(parseExperiment(settings)).toEqual({ ...run.experiment, seeds: [1] });
    const zip = unzipSync((await exportRuns(store, { runs: [run.id], format: 'zip' })).data);
    expect(JSON.parse(strFromU8(zip[`${run.id}/experiment.json`]))).toEqual(settings);
  });

  it('takes the last checkpoint of a run that made no pair yet', async () => {
    const home = temporaryFolder();
    const store = openTestStore(home);
    const run = trainedRun(store, {}, []);
    await expect(exportWeights(store, run, join(home, 'none'))).rejects.toThrow(/has no weights yet/);
    await saveCheckpoint(store.folder(run.id), new Map([[0, uniformSnapshot(3)]]), {
      ...ownerOf({ ...run, uid: run.uid! }),
      records: new Map(),
    });
    expect(await exportWeights(store, run, join(home, 'weights'))).toEqual(['last']);
    const { tensors } = await readSafetensors(join(home, 'weights', 'last', 'server.safetensors'));
    expect(tensors['classifier.0.weight'].data[0]).toBe(3);
    const { classes, mean } = await readMetadata(join(home, 'weights', 'last', 'client.safetensors'));
    expect([classes, mean]).toEqual(['["A","H","I","M","O","T","U","V","X","Y"]', '[0.5,0.5,0.5]']);
  });

  it('leaves a folder with files alone', async () => {
    const home = temporaryFolder();
    const store = openTestStore(home);
    mkdirSync(join(home, 'mine'));
    writeFileSync(join(home, 'mine', 'notes.txt'), '');
    await expect(exportWeights(store, trainedRun(store, {}, []), join(home, 'mine'))).rejects.toThrow(/not empty/);
  });
});
