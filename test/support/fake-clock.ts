import type { Clock } from '../../main/serving/clock.ts';

/** A clock that stands until it is told to go on; what is due on the way is done at its own time. */
export interface FakeClock extends Clock {
  /** Goes on by so many milliseconds, and lets promises settle at every stop. */
  pass(milliseconds: number): Promise<void>;
}

export function fakeClock(): FakeClock {
  let now = 0;
  const timers = new Map<symbol, { readonly time: number; readonly run: () => void }>();

  /** Everything that follows without time passing. */
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  return {
    now: () => now,
    at(time, run) {
      const id = Symbol();
      timers.set(id, { time, run });
      return () => void timers.delete(id);
    },
    async pass(milliseconds) {
      const end = now + milliseconds;
      await settle();
      for (;;) {
        const [next] = [...timers].sort(([, a], [, b]) => a.time - b.time);
        if (!next || next[1].time > end) break;
        timers.delete(next[0]);
        now = Math.max(now, next[1].time);
        next[1].run();
        await settle();
      }
      now = end;
      await settle();
    },
  };
}
