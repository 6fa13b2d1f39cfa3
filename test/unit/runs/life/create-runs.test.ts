import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createRuns } from '../../../../main/runs/life/lifecycle.ts';
import type { Store } from '../../../../main/runs/store/store.ts';
import { experiment } from '../../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';

const many = experiment({ seeds: Array.from({ length: 12 }, (_, seed) => seed) });

/** A store in which `before` is called as each run is made. */
function watched(before: (made: number) => void) {
  const home = temporaryFolder();
  const store = openTestStore(home);
  const earlier = store.create(experiment(), 1).id;
  let made = 0;
  const create: Store['create'] = (...given) => {
    before(made++);
    return store.create(...given);
  };
  return { home, store: { ...store, create }, earlier };
}

it('runs that are launched together are all there, or none when the user ends that', async () => {
  const stop = new AbortController();
  const { home, store, earlier } = watched((made) => made === 8 && stop.abort());
  await expect(createRuns(store, [many], 'many', stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
  expect(store.list().map(({ id }) => id)).toEqual([earlier]);
  expect(readdirSync(join(home, 'runs'))).toEqual([earlier]);
  expect(await createRuns(store, [many], 'many')).toHaveLength(12);
});

it('and none when one of them cannot be made', async () => {
  const cause = new Error('There is no space left.');
  const { home, store, earlier } = watched((made) => {
    if (made === 5) throw cause;
  });
  await expect(createRuns(store, [many], 'many')).rejects.toBe(cause);
  expect(store.list().map(({ id }) => id)).toEqual([earlier]);
  expect(readdirSync(join(home, 'runs'))).toEqual([earlier]);
});
