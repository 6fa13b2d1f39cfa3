import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exportWeights } from '../../../../main/exports/tables/export.ts';
import { saveCheckpoint } from '../../../../main/runs/checkpoint/checkpoint.ts';
import { pairFolder, savePair } from '../../../../main/runs/checkpoint/pair.ts';
import { ownerOf } from '../../../../main/runs/store/run-file.ts';
import { trainedRun } from '../../../support/run-curves.ts';
import { pairRecord, uniformSnapshot, weightsOf } from '../../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';

it('the weights of a run are exported from its own checkpoint alone', async () => {
  const home = temporaryFolder();
  const store = openTestStore(home);
  const [run, other] = [trainedRun(store, {}, []), trainedRun(store, {}, [])];
  for (const [k, of] of [run, other].entries()) {
    const binding = { ...ownerOf({ ...of, uid: of.uid! }), records: new Map() };
    await saveCheckpoint(store.folder(of.id), new Map([[0, uniformSnapshot(k)]]), binding);
  }
  expect(await exportWeights(store, run, join(home, 'own'))).toEqual(['last']);
  rmSync(join(store.folder(run.id), 'checkpoint'), { recursive: true });
  cpSync(join(store.folder(other.id), 'checkpoint'), join(store.folder(run.id), 'checkpoint'), { recursive: true });
  const exporting = exportWeights(store, run, join(home, 'weights'));
  await expect(exporting).rejects.toMatchObject({ code: 'checkpoint-other', message: /is of another run/ });
});

it('so are its trained pairs', async () => {
  const home = temporaryFolder();
  const store = openTestStore(home);
  const [run, other] = [trainedRun(store, {}, []), trainedRun(store, {}, [])];
  const pair = pairRecord(0);
  for (const of of [run, other]) {
    store.append(of.id, [pair]);
    await savePair(store.folder(of.id), of, pair, weightsOf(uniformSnapshot(1)));
  }
  expect(await exportWeights(store, run, join(home, 'own'))).toEqual(['0-0-b4']);
  const [mine, theirs] = [run, other].map(({ id }) => pairFolder(store.folder(id), pair));
  cpSync(theirs, mine, { recursive: true });
  const exporting = exportWeights(store, run, join(home, 'weights'));
  await expect(exporting).rejects.toMatchObject({
    code: 'weights-other',
    message: expect.stringContaining(mine) as string,
  });
});
