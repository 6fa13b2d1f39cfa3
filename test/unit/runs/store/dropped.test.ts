import { expect, it } from 'vitest';
import { curvesOf } from '../../../../main/exports/tables/curves.ts';
import { adoptRun, orphans } from '../../../../main/runs/life/adopt.ts';
import { readRunFile } from '../../../../main/runs/store/run-file.ts';
import { openStore } from '../../../../main/runs/store/store.ts';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { epochRecord, experiment } from '../../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';

it('a run knows which of its sources it goes on without, also when it is adopted', async () => {
  const home = temporaryFolder();
  const store = openStore(home);
  const { id, dropped } = store.create(experiment({ sources: { count: 3 } }), 1);
  expect(dropped).toEqual([]);
  const [{ mark }] = store.marks();
  store.setDropped(id, [2, 0]);
  expect(store.get(id).dropped).toEqual([0, 2]);
  expect(store.marks()[0].mark).not.toBe(mark);
  expect(readRunFile(store.folder(id))?.dropped).toEqual([0, 2]);
  store.close();
  for (const end of ['', '-wal', '-shm']) rmSync(join(home, `sluice.db${end}`), { force: true });
  const anew = openTestStore(home);
  const run = await adoptRun(anew, orphans(anew)[0]);
  expect(run.dropped).toEqual([0, 2]);
});

it('epochs show as those end them that still take part', () => {
  const store = openTestStore(temporaryFolder());
  const { id } = store.create(experiment({ sources: { count: 3 } }), 1);
  store.setStatus(id, 'running');
  const epochs = [0, 1, 2].map((epoch) => epochRecord(epoch));
  // The third has ended the first epoch alone; then it died too often.
  for (const [source, ended] of [3, 2, 1].entries()) {
    store.append(
      id,
      epochs.slice(0, ended).map((record) => ({ ...record, source })),
    );
  }
  const shown = (): number[] => curvesOf(store, [store.get(id)])[0].training.epochs.map(({ epoch }) => epoch);
  expect(shown()).toEqual([0]);
  store.setDropped(id, [2]);
  expect(shown()).toEqual([0, 1]);
});
