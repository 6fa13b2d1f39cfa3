import { openBatches } from '../data/batches.ts';
import { openEngine } from '../engine/engine.ts';
import type { RunParts } from './execute.ts';
import { trainExperiment } from './train-experiment.ts';

/** What executeRun trains with: the engines and data sets of this machine, both halves in this process. */
export const runParts: RunParts = { openEngine, openBatches, train: trainExperiment };
