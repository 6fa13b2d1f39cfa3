import { expect, it, vi } from 'vitest';
import { keepAwake } from '../../../electron/awake.ts';

it('the computer is kept awake once for any number of runs, and released once', () => {
  const start = vi.fn(() => 3);
  const stop = vi.fn();
  const keep = keepAwake({ start, stop });
  for (const needed of [false, true, true, false, false, true]) keep(needed);
  expect(start.mock.calls).toEqual([['prevent-app-suspension'], ['prevent-app-suspension']]);
  expect(stop.mock.calls).toEqual([[3]]);
});
