/** The engines and what they are called: pure, so that the window reads them too. */
export { engineTable, type EngineChoice } from '../engine/choices.ts';
