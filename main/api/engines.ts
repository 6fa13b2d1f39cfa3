import type { LongTask } from './data.ts';

/** The engines and what they are called: pure, so that the window reads them too. */
export { engineTable } from '../engine/choices.ts';
export { enginesOf, type Engines, type Role } from '../runs/experiment/engines.ts';

/** Which engine to install, and from where: a Python environment, or its makers' own place. */
export interface EngineInstall {
  readonly name: string;
  readonly python?: string;
}

export type EngineTask = LongTask<'install'>;
