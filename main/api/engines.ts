/** The engines and what they are called: pure, so that the window reads them too. */
export { engineTable } from '../engine/choices.ts';
export { enginesOf, type Engines, type Role } from '../runs/experiment/engines.ts';
