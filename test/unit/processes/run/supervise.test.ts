import { expect, it } from 'vitest';
import { notePlace } from '../../../../main/processes/run/place.ts';
import { superviseRun } from '../../../../main/processes/run/supervise.ts';
import { saveCheckpoint } from '../../../../main/runs/checkpoint/checkpoint.ts';
import { experiment, uniformSnapshot } from '../../../support/run-records.ts';
import { openTestStore, takeUp, temporaryFolder } from '../../../support/run-store.ts';

it('a run that trained with a server elsewhere is not gone on with without it, which has its server half', async () => {
  const store = openTestStore(temporaryFolder());
  const logged: string[] = [];
  const session = await takeUp(store, store.create(experiment(), 1), (event) => void logged.push(event));
  const { folder, records } = session;
  notePlace(folder, { url: 'wss://gpu.example:4450' });
  await saveCheckpoint(folder, new Map([[0, uniformSnapshot(1)]]), { ...records.owner, records: new Map() });
  await expect(superviseRun(session, {})).rejects.toMatchObject({
    code: 'server-missing',
    message: expect.stringContaining('--offload wss://gpu.example:4450') as string,
  });
  expect(logged).toEqual([]);
});
