import { afterEach, describe, expect, it, vi } from 'vitest';
import { deviceWith } from '../../../main/training/device.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** A clock that shows these milliseconds one after the other, and a processor that was busy for these microseconds. */
function clocks(now: readonly number[], busy: { user: number; system: number }): void {
  const times = [...now];
  vi.spyOn(performance, 'now').mockImplementation(() => times.shift()!);
  const before = { user: 70, system: 7 };
  vi.spyOn(process, 'cpuUsage').mockImplementation((since) => (since === before ? busy : before));
}

describe('a device with a share of a core', () => {
  it('that is whole never waits', async () => {
    clocks([1000, 1015, 1020], { user: 17_000, system: 1000 });
    expect(await deviceWith(1).work(() => Promise.resolve('done'))).toEqual({
      result: 'done',
      seconds: expect.closeTo(0.015, 9) as number,
      waited: 0,
    });
  });

  it.each([
    ['waits until the work is its share of the time that went by', 15, 0.006],
    ['does not wait where it is exactly that', 20, 0],
    ['does not wait where the machine was slow anyway', 25, 0],
  ])('%s', async (_, milliseconds, waited) => {
    // A quarter of a core, and 5 ms of it: 20 ms.
    clocks([1000, 1000 + milliseconds, 1000 + milliseconds + 6], { user: 4000, system: 1000 });
    expect(await deviceWith(0.25).work(() => 'done')).toEqual({
      result: 'done',
      seconds: expect.closeTo(milliseconds / 1000, 9) as number,
      waited: expect.closeTo(waited, 9) as number,
    });
  });

  it('passes on what goes wrong', async () => {
    await expect(deviceWith(0.5).work(() => Promise.reject(new Error('no memory')))).rejects.toThrow('no memory');
  });
});
