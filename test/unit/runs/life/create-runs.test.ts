import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createRuns } from '../../../../main/runs/life/lifecycle.ts';
import type { Store } from '../../../../main/runs/store/store.ts';
import { experiment } from '../../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';

const many = experiment({ seeds: Array.from({ length: 100 }, (_, seed) => seed) });

/** A store in which `before` is called as some runs are made, with how many there are. */
function watched(before: (made: number) => void) {
  const home = temporaryFolder();
  const store = openTestStore(home);
  const earlier = store.create(experiment(), 1).id;
  let made = 0;
  const createEach: Store['createEach'] = (of, seeds, group) => {
    before(made);
    made += seeds.length;
    return store.createEach(of, seeds, group);
  };
  return { home, store: { ...store, createEach }, earlier };
}

it('runs that are launched together are all there, or none when the user ends that', async () => {
  const stop = new AbortController();
  const { home, store, earlier } = watched((made) => made > 0 && stop.abort());
  await expect(createRuns(store, [many], 'many', { signal: stop.signal })).rejects.toMatchObject({
    name: 'AbortError',
  });
  expect(store.list().map(({ id }) => id)).toEqual([earlier]);
  expect(readdirSync(join(home, 'runs'))).toEqual([earlier]);
  expect(await createRuns(store, [many], 'many')).toHaveLength(100);
});

it('and none when one of them cannot be made', async () => {
  const cause = new Error('There is no space left.');
  const { home, store, earlier } = watched((made) => {
    if (made > 0) throw cause;
  });
  await expect(createRuns(store, [many], 'many')).rejects.toBe(cause);
  expect(store.list().map(({ id }) => id)).toEqual([earlier]);
  expect(readdirSync(join(home, 'runs'))).toEqual([earlier]);
});

it('and none of some that are made together', () => {
  const home = temporaryFolder();
  const store = openTestStore(home);
  // No seed is written so: the third row is refused when two folders are there already.
  const seeds = [1, 2, NaN, 4];
  expect(() => store.createEach(experiment(), seeds)).toThrow();
  expect(store.list()).toEqual([]);
  expect(readdirSync(join(home, 'runs'))).toEqual([]);
  expect(store.createEach(experiment(), [5, 6]).map(({ seed }) => seed)).toEqual([5, 6]);
});

it('each knows its own seed, however many there are', async () => {
  const store = openTestStore(temporaryFolder());
  const runs = await createRuns(store, [many], 'many');
  expect(runs.map(({ experiment: { seeds } }) => seeds)).toEqual(many.seeds.map((seed) => [seed]));
});
