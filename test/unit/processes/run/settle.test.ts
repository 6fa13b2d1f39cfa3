import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeDataset } from '../../../../main/data/datasets.ts';
import { datasetFingerprint } from '../../../../main/data/fingerprint.ts';
import { importDataset } from '../../../../main/data/import.ts';
import { datasetFolder } from '../../../../main/data/manifest.ts';
import { defaultThreads } from '../../../../main/engine/threads.ts';
import { fingerprintOfRun, settleRun } from '../../../../main/processes/run/settle.ts';
import type { ExperimentInput } from '../../../../main/runs/experiment/experiment.ts';
import type { Store } from '../../../../main/runs/store/store.ts';
import { scratchFolder, useHome, writeImageFolder } from '../../../support/datasets.ts';
import { experiment } from '../../../support/run-records.ts';
import { openTestStore, takeUp, temporaryFolder } from '../../../support/run-store.ts';

async function importPets(classes: readonly string[], perClass = 2): Promise<void> {
  const folder = scratchFolder();
  for (const part of ['train', 'test']) await writeImageFolder(join(folder, part), classes, perClass);
  if (existsSync(datasetFolder('pets'))) await removeDataset('pets');
  await importDataset(folder, { name: 'pets' });
}

/** Settles a run as each of its starts does; what was logged. */
async function starts(store: Store, id: string) {
  const logged: unknown[][] = [];
  const session = await takeUp(store, store.get(id), (...line) => void logged.push(line));
  const { run } = await settleRun(session);
  return { run, logged };
}

function created(input: ExperimentInput = {}) {
  const store = openTestStore(temporaryFolder());
  return { store, id: store.create(experiment(input), 1).id };
}

describe('the images of a run', () => {
  it('are kept at its first start, and are the same at the next', async () => {
    useHome();
    await importPets(['cat', 'dog']);
    const { store, id } = created({ dataset: { name: 'pets' } });
    expect(store.get(id).fingerprint).toBeNull();
    const { run } = await starts(store, id);
    expect(run).toEqual(store.get(id));
    expect(fingerprintOfRun(run)).toEqual(await datasetFingerprint('pets'));
    await importPets(['cat', 'dog']);
    expect((await starts(store, id)).run.fingerprint).toBe(run.fingerprint);
  });

  it.each([
    ['other classes', ['dog', 'wolf'], 2, /it has the classes dog, wolf instead of cat, dog\. Import it as it was/],
    ['another number of them', ['cat', 'dog'], 3, /it has 6 training images instead of 4, 6 test images instead of 4/],
  ] as const)('are not taken for those of a data set of the same name with %s', async (_, classes, perClass, words) => {
    useHome();
    await importPets(['cat', 'dog']);
    const { store, id } = created({ dataset: { name: 'pets' } });
    const { run } = await starts(store, id);
    await importPets(classes, perClass);
    await expect(starts(store, id)).rejects.toMatchObject({ code: 'dataset-changed', message: words });
    expect(store.get(id).fingerprint).toBe(run.fingerprint);
  });

  it('that cannot be read are no reason for a trace', async () => {
    const { store, id } = created();
    store.setFingerprint(id, 'half');
    await expect(starts(store, id)).rejects.toMatchObject({ code: 'run-damaged' });
  });
});

describe('the threads of a run', () => {
  it('are those of its first start, however many this machine has by then', async () => {
    const { store, id } = created();
    expect((await starts(store, id)).run.threads).toBe(defaultThreads());
    store.setThreads(id, defaultThreads() + 3);
    const { run, logged } = await starts(store, id);
    expect(run.threads).toBe(defaultThreads() + 3);
    expect(logged).toEqual([['threads', { threads: defaultThreads() + 3, cores: defaultThreads() }]]);
  });

  it('are those of its experiment where it says', async () => {
    const { store, id } = created({ threads: 1 });
    expect(await starts(store, id)).toMatchObject({ run: { threads: 1 }, logged: [] });
  });
});
