import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { localLauncher } from '../../../../main/processes/run/launcher.ts';
import { experiment } from '../../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';

it('a launched run that cannot begin says why in process.log', async () => {
  const home = temporaryFolder();
  const store = openTestStore(home);
  const { id } = store.create(experiment(), 1);
  store.setStatus(id, 'stopped');
  const launcher = localLauncher(home, store);
  const exit = new Promise<string>((onExit) => {
    expect(launcher.start({ id, server: null, onExit })).toMatch(/^process \d+$/);
  });
  expect(launcher.alive(id)).toBe(true);
  expect(await exit).toBe('exit code 1');
  expect(launcher.alive(id)).toBe(false);
  const said = readFileSync(join(store.folder(id), 'process.log'), 'utf8');
  expect(said).toMatch(`Run ${id} is stopped; only a queued run can be executed.`);
  expect(said).not.toMatch(/\n {4}at /);
});
