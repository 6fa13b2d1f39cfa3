import { saturation, type Population, type Saturation } from '../simulation/load.ts';
import { simulate, type SimulationResult } from '../simulation/simulate.ts';
import type { Circumstances, Exchange } from './costs.ts';
import { loadOf } from './schedule.ts';

/** So many sources at once, simulated, and where they saturate what they share. */
export interface SimulatedSources extends Saturation {
  readonly count: number;
  readonly result: SimulationResult;
}

/** All do the same exchange, over one channel if the link is shared. */
export function simulateSources(
  at: Circumstances,
  cost: Exchange,
  { sources, servers, arrivals }: Pick<Population, 'sources' | 'servers' | 'arrivals'>,
  seed: number,
): SimulatedSources {
  const load = loadOf(at, cost);
  const population = { sources, servers, arrivals, channels: at.link?.shared ? 1 : 0, duplex: false };
  return { count: sources, result: simulate(load, population, { seed }), ...saturation(load, population) };
}
