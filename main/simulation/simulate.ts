import { random, type Random } from '../random.ts';
import { eventQueue } from './event-queue.ts';
import type { Load, Population } from './load.ts';

export interface SimulationResult {
  /** Steps, or requests, a second, of all sources together. */
  readonly perSecond: number;
  /** Share of the time that they are busy, of all there are of each. A link of one source alone is not counted. */
  readonly busy: { readonly client: number; readonly channel: number; readonly server: number };
  /** Of a step from its begin to its end, waiting included. */
  readonly seconds: { readonly mean: number; readonly p50: number; readonly p95: number };
}

export interface SimulationOptions {
  /** Of when sources begin and requests come. */
  readonly seed: number;
  /** Steps that are simulated, the first third to fill the queues; each source has six at least unless given. */
  readonly steps?: number;
}

/** What a step comes to next. */
const stage = { device: 0, up: 1, server: 2, down: 3, end: 4 } as const;
const stages = 5;
const leastSteps = 30_000;

/** One after the other in the order they come, at as many places as there are. */
interface Station {
  /** Begins when the place is free; gives when it ends. */
  serve(place: number, now: number, seconds: number): number;
}

function station(places: number): Station {
  const free = new Float64Array(places);
  return { serve: (place, now, seconds) => (free[place] = Math.max(free[place], now) + seconds) };
}

/**
 * Discrete-event simulation of sources that compute, send to servers over channels, and wait for the answer. Sources are tied to
 * a channel and to the server that holds their half; those wait in a line, first come, first served. The same for the same seed.
 */
export function simulate(load: Load, population: Population, options: SimulationOptions): SimulationResult {
  const { sources, servers, channels, duplex, arrivals } = population;
  const steps = options.steps ?? Math.max(leastSteps, 6 * sources);
  const source = random(options.seed, 'simulation');
  const queue = eventQueue();
  const [devices, serving, ups] = [station(sources), station(servers), station(Math.max(1, channels))];
  const downs = duplex ? station(Math.max(1, channels)) : ups;
  const crew = roster();
  const { took, done, warmedUp, served } = ledger(steps);

  function transmit(channel: Station, at: number, now: number, seconds: number): number {
    return channels === 0 ? now + seconds : channel.serve(at % channels, now, seconds);
  }

  /** Lets a step go on; gives when it comes to what is next. */
  function advance(next: number, at: number, now: number): number {
    switch (next) {
      case stage.device:
        return devices.serve(at, now, load.client);
      case stage.up:
        return transmit(ups, at, now, load.up) + load.delay;
      case stage.server:
        return serving.serve(at % servers, now, load.server);
      default:
        return transmit(downs, at, now, load.down) + load.delay;
    }
  }

  const begin = (at: number, now: number): void => queue.add(now, crew.join(at, now) * stages);
  const arrive = opening(arrivals, sources, source);
  const alone = load.client + load.up + load.down + load.server + 2 * load.delay;
  // They do not begin as one.
  if (!arrive) for (let at = 0; at < sources; at++) begin(at, source.uniform() * alone);
  let arrival = arrive?.(0) ?? null;
  while (done() < steps) {
    if (arrive && arrival && (queue.size === 0 || arrival.time <= queue.next())) {
      begin(arrival.source, arrival.time);
      arrival = arrive(arrival.time);
      continue;
    }
    const now = queue.next();
    const event = queue.take();
    const next = event % stages;
    const step = (event - next) / stages;
    if (next < stage.end) {
      if (next === stage.down) served(now);
      queue.add(advance(next, crew.sourceOf(step), now), event + 1);
      continue;
    }
    took(now, now - crew.beganAt(step));
    const at = crew.sourceOf(step);
    crew.leave(step);
    if (!arrive) begin(at, now);
  }
  return warmedUp(load, population);
}

/** When requests come by themselves: who has the next, and when. */
function opening(
  arrivals: Population['arrivals'],
  sources: number,
  source: Random,
): ((after: number) => { readonly time: number; readonly source: number }) | null {
  if (arrivals === 'closed') return null;
  const rate = arrivals.perSecond * sources;
  return (after) => ({ time: after - Math.log(1 - source.uniform()) / rate, source: source.integer(sources) });
}

/** The steps under way, by numbers that are used again. */
function roster() {
  const began: number[] = [];
  const owner: number[] = [];
  const free: number[] = [];
  return {
    join(source: number, now: number): number {
      const step = free.pop() ?? owner.length;
      began[step] = now;
      owner[step] = source;
      return step;
    },
    leave: (step: number) => void free.push(step),
    sourceOf: (step: number) => owner[step],
    beganAt: (step: number) => began[step],
  };
}

/** Counts what ends after a third of the steps. */
function ledger(steps: number) {
  const warm = Math.floor(steps / 3);
  const seconds = new Float64Array(steps - warm);
  let count = 0;
  let [from, until, servedSince] = [0, 0, 0];
  return {
    done: () => count,
    served: (now: number) => {
      if (count >= warm && now >= from) servedSince++;
    },
    took(now: number, taken: number): void {
      if (count >= warm) seconds[count - warm] = taken;
      count++;
      if (count === warm) from = now;
      until = now;
    },
    warmedUp({ client, server, up, down }: Load, { sources, servers, channels, duplex }: Population): SimulationResult {
      const time = until - from;
      const perSecond = seconds.length / time;
      const sorted = seconds.sort();
      const channel = channels === 0 ? 0 : (perSecond * (duplex ? Math.max(up, down) : up + down)) / channels;
      return {
        perSecond,
        busy: {
          client: Math.min(1, (perSecond * client) / sources),
          channel: Math.min(1, channel),
          server: Math.min(1, (servedSince * server) / time / servers),
        },
        seconds: {
          mean: sorted.reduce((sum, each) => sum + each, 0) / sorted.length,
          p50: sorted[sorted.length >> 1],
          p95: sorted[Math.floor(sorted.length * 0.95)],
        },
      };
    },
  };
}
