/** When to try what may be better: not often, and less often the longer it comes to nothing. Times are seconds. */
export interface Prober {
  /** What `find` gives, if it is time to try it; the pause is at most `longest`. */
  next<T>(now: number, find: () => T | null, longest: number): T | null;
  /** Something changed for the better: the pauses are short again. */
  begin(): void;
}

const shortestPause = 0.25;
const longestPause = 2;

export function prober(): Prober {
  let pause = shortestPause;
  let last = -Infinity;
  return {
    next(now, find, longest) {
      if (now - last < Math.min(longest, pause)) return null;
      const found = find();
      if (found === null) return null;
      last = now;
      pause = Math.min(longestPause, 2 * pause);
      return found;
    },
    begin: () => (pause = shortestPause),
  };
}
