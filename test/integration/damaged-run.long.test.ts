import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { adoptRun, findOrphan, orphans } from '../../main/runs/life/adopt.ts';
import { resumeRun } from '../../main/runs/life/lifecycle.ts';
import { openStore } from '../../main/runs/store/store.ts';
import { createRun, execute, logOf, outcome } from '../support/network-runs.ts';
import { openTestStore, temporaryFolder } from '../support/run-store.ts';

it('a run of several processes ends as it would have without the damage', { timeout: 120_000 }, async () => {
  const home = temporaryFolder();
  const before = openStore(home);
  const { id } = createRun(before);
  const stop = new AbortController();
  const stopped = await execute(before, id, { signal: stop.signal, onStep: (steps) => steps === 10 && stop.abort() });
  expect(stopped.status).toBe('stopped');
  before.close();

  // Its database is lost, and a bit of its last checkpoint has flipped.
  for (const name of readdirSync(home).filter((each) => each.startsWith('sluice.db'))) rmSync(join(home, name));
  const store = openTestStore(home);
  const checkpoints = join(store.folder(id), 'checkpoint');
  const path = join(checkpoints, readdirSync(checkpoints).sort().at(-1)!, 'client.safetensors');
  writeFileSync(
    path,
    readFileSync(path).map((byte, i, { length }) => (i === length - 1 ? byte ^ 1 : byte)),
  );
  const undisturbed = createRun(store).id;
  await adoptRun(store, findOrphan(orphans(store), id));
  resumeRun(store, id);
  expect((await execute(store, id)).status).toBe('finished');
  expect(logOf(store, id).some(({ event }) => event === 'checkpoint-left')).toBe(true);
  await execute(store, undisturbed);
  expect(await outcome(store, id)).toEqual(await outcome(store, undisturbed));
});
