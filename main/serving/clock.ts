/** Time in milliseconds, from whatever beginning. */
export interface Clock {
  now(): number;
  /** Calls `run` once at that time or a little after it, unless the returned function is called before. */
  at(time: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  at(time, run) {
    const timer = setTimeout(run, Math.max(0, time - performance.now()));
    return () => clearTimeout(timer);
  },
};
