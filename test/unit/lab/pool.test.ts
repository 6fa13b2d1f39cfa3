import { expect, it } from 'vitest';
import { openPool } from '../../../main/lab/runs/pool.ts';

/** Work that goes on until it is told to end. */
function held() {
  let end!: (value: string) => void;
  const done = new Promise<string>((resolve) => (end = resolve));
  return { done, end };
}

it('does so much at once, and the rest in the order it came', async () => {
  const pool = openPool(2);
  const works = Array.from({ length: 5 }, held);
  const begun: number[] = [];
  const results = works.map(({ done }, i) =>
    pool.run(() => {
      begun.push(i);
      return done;
    }),
  );
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
  works[1].end('one');
  expect(await results[1]).toBe('one');
  expect(begun).toEqual([0, 1, 2]);
  works.forEach(({ end }, i) => end(String(i)));
  expect(await Promise.all(results)).toEqual(['0', 'one', '2', '3', '4']);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
});

it('goes on after what failed, and leaves out what was cancelled while it waited', async () => {
  const pool = openPool(1);
  const first = held();
  const failing = pool.run(() => first.done.then(() => Promise.reject(new Error('it failed'))));
  const cancel = new AbortController();
  const begun: string[] = [];
  const cancelled = pool.run(() => Promise.resolve(begun.push('cancelled')), cancel.signal);
  const last = pool.run(() => Promise.resolve('last'));
  cancel.abort();
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
  first.end('');
  await expect(failing).rejects.toThrow('it failed');
  expect(await last).toBe('last');
  expect(begun).toEqual([]);
});
