import type { EngineChoice } from '../../engine/choices.ts';
import type { Experiment } from './experiment.ts';

/** The halves of a run, each of which an engine computes. */
export type Role = 'client' | 'server';

/** The engine that each half is to have. */
export type Engines = Readonly<Record<Role, EngineChoice>>;

/** What `engine` stands for: one name is that of both halves. */
export function enginesOf({ engine }: Pick<Experiment, 'engine'>): Engines {
  return typeof engine === 'string' ? { client: engine, server: engine } : engine;
}
