import type { Expected } from './link-model.ts';

/**
 * What a piece of work takes: mean and mean deviation of the times seen, the newest by an eighth and a quarter (RFC 6298, as TCP
 * has it for round trips). What was never seen is expected to take as long for a multiply-add as what was.
 */
export interface ComputeTimes {
  expect(name: string, multiplyAdds: number): Expected;
  observe(name: string, multiplyAdds: number, seconds: number): void;
}

interface Seen {
  readonly mean: number;
  readonly deviation: number;
  readonly multiplyAdds: number;
}

const meanWeight = 1 / 8;
const deviationWeight = 1 / 4;

/** `secondsPerMultiplyAdd`: until anything was seen. */
export function computeTimes(secondsPerMultiplyAdd: number): ComputeTimes {
  const seen = new Map<string, Seen>();

  function guess(multiplyAdds: number): Expected {
    let time = 0;
    let work = 0;
    for (const { mean, multiplyAdds: done } of seen.values()) {
      time += mean;
      work += done;
    }
    const mean = multiplyAdds * (work > 0 ? time / work : secondsPerMultiplyAdd);
    return { mean, deviation: mean / 2 };
  }

  return {
    expect: (name, multiplyAdds) => seen.get(name) ?? guess(multiplyAdds),
    observe(name, multiplyAdds, seconds) {
      const before = seen.get(name);
      if (!before) {
        seen.set(name, { mean: seconds, deviation: seconds / 4, multiplyAdds });
        return;
      }
      const { mean, deviation } = before;
      seen.set(name, {
        mean: mean + meanWeight * (seconds - mean),
        deviation: deviation + deviationWeight * (Math.abs(seconds - mean) - deviation),
        multiplyAdds,
      });
    },
  };
}
