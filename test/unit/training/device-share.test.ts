import { expect, it } from 'vitest';
import { deviceWith, type Clock } from '../../../main/training/device.ts';

/** A machine on which time goes by as it is told to: work takes so long, and so much of it the processor. */
function machine(): Clock & { work(elapsed: number, processor: number): string; readonly slept: number[] } {
  let [time, used] = [1000, 50];
  const slept: number[] = [];
  return {
    slept,
    now: () => time,
    processor: () => used,
    sleep(ms) {
      slept.push(ms);
      time += ms;
      return Promise.resolve();
    },
    work(elapsed, processor) {
      time += elapsed;
      used += processor;
      return 'done';
    },
  };
}

it.each([
  // Share, milliseconds of the work and of the processor in it, milliseconds of sleep.
  [0.25, 20, 20, 60],
  [0.5, 20, 20, 20],
  [0.4, 40, 40, 60],
  // On several threads: 40 ms of the processor in 20.
  [0.5, 20, 40, 60],
  // A busy machine gave it 20 of 50 ms: of the 80 that a quarter takes 30 are left.
  [0.25, 50, 20, 30],
  [0.25, 80, 20, 0],
  [0.25, 200, 20, 0],
  [1, 20, 20, 0],
  [1, 20, 40, 0],
])(
  'a device with %d of a core, after %d ms with %d of the processor, sleeps %d ms',
  async (share, elapsed, used, sleep) => {
    const clock = machine();
    const device = deviceWith(share, clock);
    for (let piece = 0; piece < 2; piece++) {
      const worked = await device.work(() => clock.work(elapsed, used));
      expect(worked).toEqual({ result: 'done', seconds: elapsed / 1000, waited: sleep / 1000 });
    }
    expect(clock.slept).toEqual(sleep === 0 ? [] : [sleep, sleep]);
  },
);

it('passes on what goes wrong in a piece of work', async () => {
  await expect(deviceWith(0.5).work(() => Promise.reject(new Error('no memory')))).rejects.toThrow('no memory');
});
