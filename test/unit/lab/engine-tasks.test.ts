import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { EngineTask } from '../../../main/api.ts';
import { openEngineTasks } from '../../../main/lab/engines/engine-tasks.ts';
import { engineProcedures } from '../../../main/lab/engines/engine-procedures.ts';
import type { LabState } from '../../../main/lab/lab-state.ts';
import { parseExperiment } from '../../../main/runs/experiment/parse.ts';
import { useHome } from '../../support/datasets.ts';
import { openTestStore } from '../../support/run-store.ts';
import { until } from '../../support/served-lab.ts';

function lab(home: string) {
  const told: EngineTask[] = [];
  const engineTasks = openEngineTasks(
    (task) => told.push(task),
    () => undefined,
  );
  onTestFinished(engineTasks.close);
  const store = openTestStore(home);
  const procedures = engineProcedures({ engineTasks, store } as LabState);
  const ended = (id: number): Promise<EngineTask> =>
    until('the task ends', () => told.find((task) => task.id === id && task.status !== 'running'));
  return { procedures, store, ended };
}

it('an installation says why it failed, and a cancelled one leaves nothing half installed', async () => {
  const home = useHome();
  const { procedures, ended } = lab(home);
  const install = async (request: { name: string; python?: string }): Promise<EngineTask> =>
    procedures.installEngine(request);
  const failed = await install({ name: 'tensorflow', python: join(home, 'nowhere', 'python3') });
  expect(await ended(failed.id)).toMatchObject({ status: 'failed', kind: 'install', name: 'tensorflow' });
  expect((await ended(failed.id)).notes.join()).toMatch(/There is no Python at|exports no C interface/);
  // What a killed installation would leave; no process has so large a number.
  mkdirSync(join(home, 'engines', '.importing-99999999-1', 'webgpu'), { recursive: true });
  const { id } = await install({ name: 'webgpu' });
  // Asking again joins what is under way.
  expect((await install({ name: 'webgpu' })).id).toBe(id);
  await procedures.cancelEngineTask(id);
  expect(await ended(id)).toMatchObject({ status: 'cancelled' });
  expect(readdirSync(join(home, 'engines')).filter((name) => name !== '.downloads')).toEqual([]);
});

it('what cannot be meant is refused at once, and a removal under a run that trains on the engine', async () => {
  const { procedures, store } = lab(useHome());
  expect(() => procedures.installEngine({ name: 'abacus' })).toThrow('is no engine that can be installed');
  expect(() => procedures.installEngine({ name: 'tensorflow', python: 'venv' })).toThrow('is not a whole path');
  const { id } = store.create(parseExperiment({ engine: { client: 'cpu', server: 'tensorflow' } }), 1);
  store.setStatus(id, 'running');
  await expect(procedures.removeEngine('tensorflow')).rejects.toMatchObject({ code: 'engine-busy' });
  await expect(procedures.removeEngine('webgpu')).rejects.toMatchObject({ code: 'engine-missing' });
});
