import { openBatches } from '../../data/batches.ts';
import { openEngine } from '../../engine/engine.ts';
import { checkExperiment } from '../experiment/check.ts';
import type { RunParts } from './execute.ts';
import { trainExperiment } from './train-experiment.ts';

/** What executeRun trains with: the engines and data sets of this machine, both halves in this process. */
export const runParts: RunParts = {
  openEngine,
  openBatches,
  train(experiment, seed, data, options) {
    checkExperiment(experiment, data.info);
    return trainExperiment(experiment, seed, data, options);
  },
};
