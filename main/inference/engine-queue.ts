/** What the engine here has been asked for and has not done: one piece after the other. */
export interface EngineQueue {
  /** A piece that is expected to take so many seconds; to be told when it is done, or given up. */
  add(now: number, seconds: number): { done(now: number): void };
  /** Seconds until it is free. */
  seconds(now: number): number;
}

export function engineQueue(): EngineQueue {
  const pieces = new Set<{ readonly seconds: number }>();
  /** When it began the first of them. */
  let since = 0;
  return {
    add(now, seconds) {
      const piece = { seconds };
      if (pieces.size === 0) since = now;
      pieces.add(piece);
      return {
        done(at) {
          if (pieces.delete(piece)) since = at;
        },
      };
    },
    seconds(now) {
      const [first] = pieces;
      if (first === undefined) return 0;
      let sum = 0;
      for (const { seconds } of pieces) sum += seconds;
      return Math.max(0, sum - Math.min(first.seconds, now - since));
    },
  };
}
