import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { LabEvents } from '../../../main/api.ts';
import { openLab } from '../../../main/lab/lab.ts';
import { openStore } from '../../../main/runs/store/store.ts';
import { temporaryHome } from '../../support/home.ts';
import { experiment } from '../../support/run-records.ts';
import { executeToy } from '../../support/toy-training.ts';

const home = temporaryHome();

it('a window sees the folders without a run, and gets those back that can be adopted', async () => {
  const store = openStore(home);
  const { id } = store.create(experiment({ name: 'lost' }), 1);
  await executeToy(store, id, { stepsPerEpoch: 2 });
  store.close();
  for (const name of readdirSync(home).filter((each) => each.startsWith('sluice.db'))) rmSync(join(home, name));
  const old = join(home, 'runs', '0009-old');
  mkdirSync(old);
  writeFileSync(join(old, 'experiment.json'), '{}');

  const lab = openLab();
  onTestFinished(() => lab.close());
  const runs = vi.fn<LabEvents['runs']>();
  const { api } = lab.connect({ kind: 'browser', events: { runs } as unknown as LabEvents, busy: () => false });
  expect(await api.runs()).toEqual([]);
  expect(await api.strayFolders()).toEqual([
    { folder: id, name: 'lost', createdAt: expect.any(Number) as number, refused: null },
    { folder: '0009-old', name: null, createdAt: null, refused: expect.stringContaining('sluice run') as string },
  ]);
  await api.adopt(id);
  const told = () => runs.mock.calls.flatMap(([changed]) => changed);
  await expect.poll(told).toMatchObject([{ id, status: 'finished' }]);
  expect(await api.runs()).toMatchObject([{ id }]);
  await expect(async () => api.adopt('0009-old')).rejects.toMatchObject({ code: 'run-damaged' });
  await expect(async () => api.adopt(join(home, 'elsewhere'))).rejects.toMatchObject({ code: 'run-unknown' });
});
