import { expect, it } from 'vitest';
import { createHalves } from '../../../../main/offload/server/halves.ts';
import { fakeHalf, sessionRequest } from '../fake-half.ts';

const source = { run: 'a-run-of-two-sources', index: 0, count: 2, serverHalf: 'shared' } as const;

it('a half is opened also when those that were given up before it could not be closed', async () => {
  const { halfFor } = createHalves(() => Promise.resolve(fakeHalf()), { gatherMs: 1 });
  const half = halfFor(sessionRequest(), Promise.reject(new Error('The server half is closed.')));
  expect(await half.trained).toBeDefined();
});

it('a shared half is opened once, closed with its last session, and anew after that', async () => {
  const opened = [fakeHalf(), fakeHalf()];
  let next = 0;
  const halves = createHalves(() => Promise.resolve(opened[next++]), { gatherMs: 1 });
  const cleared = Promise.resolve();
  const first = halves.halfFor(sessionRequest({ source }), cleared);
  const second = halves.halfFor(sessionRequest({ source: { ...source, index: 1 } }), cleared);
  expect(second).toBe(first);
  const users = [{ connection: null }, { connection: {} }];
  for (const user of users) first.users.add(user);
  await halves.leave(first, users[0]);
  expect(opened[0].calls).toEqual([]);
  await halves.leave(first, users[1]);
  expect(opened[0].calls).toEqual(['close']);
  await halves.halfFor(sessionRequest({ source }), cleared).trained;
  expect(next).toBe(2);
});
