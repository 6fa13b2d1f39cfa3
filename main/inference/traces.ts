import { linkPresets, type Link } from '../offload/link/link.ts';
import { random, type Random } from '../random.ts';

/** A link over time: pieces that follow one another from 0 s on. */
export interface TracePiece {
  /** Seconds at which it begins. */
  readonly from: number;
  readonly name: string;
  /** Null: nothing passes. */
  readonly link: Link | null;
}

export type Trace = readonly TracePiece[];

/** Links as they are met on the way; rates as applications see them. */
const met = {
  'Wi-Fi': linkPresets.wifi6,
  'Wi-Fi, far': { up: 12, down: 20, rttMs: 12, jitterMs: 6, loss: 0.002 },
  '4G': linkPresets.lte,
  '4G, congested': { up: 1, down: 4, rttMs: 60, jitterMs: 15, loss: 0.004 },
} as const satisfies Record<string, Link>;

const neighbours: Readonly<Record<keyof typeof met, readonly (keyof typeof met)[]>> = {
  'Wi-Fi': ['Wi-Fi, far', '4G'],
  'Wi-Fi, far': ['Wi-Fi', '4G', '4G, congested'],
  '4G': ['Wi-Fi', '4G, congested'],
  '4G, congested': ['4G', 'Wi-Fi, far'],
};

/** Made traces, by name; each a function of its seed that lasts `seconds`. */
export const madeTraces = {
  /** From Wi-Fi to 4G to a congested cell and back, every 2 to 8 seconds. */
  moving(seed: number, seconds: number): Trace {
    const source = random(seed, 'trace', 'moving');
    let name: keyof typeof met = 'Wi-Fi';
    return pieces(seconds, source, [2, 8], () => {
      const now = name;
      name = neighbours[now][source.integer(neighbours[now].length)];
      return { name: now, link: met[now] };
    });
  },
  /** The rate up jumps every 2 to 6 seconds, nothing else. */
  steps(seed: number, seconds: number): Trace {
    const source = random(seed, 'trace', 'steps');
    const rates = [0.5, 1, 2, 5, 20, 100];
    return pieces(seconds, source, [2, 6], () => {
      const up = rates[source.integer(rates.length)];
      return { name: `${up} Mbit/s`, link: { up, down: 4 * up, rttMs: 20, jitterMs: 3, loss: 0 } };
    });
  },
  /** Rates and round trip wander in the logarithm, every half second. */
  wandering(seed: number, seconds: number): Trace {
    const source = random(seed, 'trace', 'wandering');
    let [rate, rtt] = [Math.log(8), Math.log(25)];
    return pieces(seconds, source, [0.5, 0.5], () => {
      rate = between(rate + 0.3 * source.normal(), Math.log(0.4), Math.log(200));
      rtt = between(rtt + 0.12 * source.normal(), Math.log(8), Math.log(70));
      const [up, rttMs] = [rate, rtt].map((value) => Number(Math.exp(value).toPrecision(4)));
      return {
        name: `${up.toPrecision(2)} Mbit/s`,
        link: { up, down: 3 * up, rttMs, jitterMs: 0.15 * rttMs, loss: 0 },
      };
    });
  },
  /** Wi-Fi that is gone for 1 to 4 seconds, time and again. */
  outages(seed: number, seconds: number): Trace {
    const source = random(seed, 'trace', 'outages');
    let up = false;
    return pieces(seconds, source, [1, 4], () => {
      up = !up;
      return up ? { name: 'Wi-Fi', link: met['Wi-Fi'], times: 4 } : { name: 'nothing', link: null };
    });
  },
} as const satisfies Record<string, (seed: number, seconds: number) => Trace>;

export type TraceName = keyof typeof madeTraces;

/** The piece at a time. */
export function pieceAt(trace: Trace, seconds: number): TracePiece {
  return trace.findLast(({ from }) => from <= seconds) ?? trace[0];
}

function pieces(
  seconds: number,
  source: Random,
  [shortest, longest]: readonly [number, number],
  next: () => { name: string; link: Link | null; times?: number },
): Trace {
  const made: TracePiece[] = [];
  for (let from = 0; from < seconds;) {
    const { times = 1, ...piece } = next();
    made.push({ from, ...piece });
    from += times * (shortest + (longest - shortest) * source.uniform());
  }
  return made;
}

function between(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
