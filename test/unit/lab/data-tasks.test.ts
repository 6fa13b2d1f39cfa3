import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { DataTask } from '../../../main/api.ts';
import { listDatasets } from '../../../main/data/datasets.ts';
import { thumbnails } from '../../../main/data/thumbnails.ts';
import { openDataTasks } from '../../../main/lab/data/data-tasks.ts';
import { scratchFolder, useHome, writeIdx } from '../../support/datasets.ts';
import { until } from '../../support/served-lab.ts';

function dataTasks() {
  const told: DataTask[] = [];
  const tasks = openDataTasks(
    (task) => told.push(task),
    () => undefined,
  );
  onTestFinished(tasks.close);
  const ended = (id: number): Promise<DataTask> =>
    until('the task ends', () => told.find((task) => task.id === id && task.status !== 'running'));
  return { tasks, ended };
}

it('an import becomes a data set whose images can be looked at', async () => {
  useHome();
  const { tasks, ended } = dataTasks();
  const path = scratchFolder();
  writeIdx(path);
  const { id } = tasks.import({ path, name: 'digits' });
  // Asking again joins what is under way.
  expect(tasks.import({ path, name: 'digits' }).id).toBe(id);
  expect(await ended(id)).toMatchObject({ status: 'done', kind: 'import', name: 'digits' });
  expect(listDatasets().map(({ name }) => name)).toContain('digits');
  const images = await thumbnails('digits', 10);
  expect(images.map(({ label }) => label)).toEqual([...images.map(({ label }) => label)].sort());
  expect(await ended(tasks.import({ path, name: 'digits' }).id)).toMatchObject({
    status: 'failed',
    notes: [expect.stringContaining('already')],
  });
});

it('a cancelled download leaves nothing half imported', async () => {
  const home = useHome();
  const { tasks, ended } = dataTasks();
  // What a killed import would leave; no process has so large a number.
  mkdirSync(join(home, 'data', '.importing-99999999-1'), { recursive: true });
  const { id, status } = tasks.get('mnist');
  expect(status).toBe('running');
  tasks.cancel(id);
  expect(await ended(id)).toMatchObject({ status: 'cancelled' });
  expect(readdirSync(join(home, 'data'))).toEqual([]);
  expect(tasks.all()).toMatchObject([{ id, status: 'cancelled' }]);
});
