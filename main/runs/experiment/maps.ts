import { describeDataset } from '../../data/datasets.ts';
import { SluiceError } from '../../errors.ts';
import { describeCut } from '../../model/describe.ts';
import { experimentNetwork } from './check.ts';
import type { Experiment } from './experiment.ts';

/** Lists ask for all runs, and many of these have one cut. */
const known = new Map<string, number>();

/** φ, all the maps at the cut of an experiment: a budget of so many is the full one. Infinity while its data set is gone. */
export function mapsAtCut(experiment: Experiment): number {
  const { dataset, model, split } = experiment;
  try {
    const info = describeDataset(dataset.name);
    const key = JSON.stringify([info.shape, info.classes.length, model, split]);
    const { network, cut } = experimentNetwork(experiment, info);
    const maps = known.get(key) ?? describeCut(network, cut).sent[2];
    known.set(key, maps);
    return maps;
  } catch (error) {
    if (error instanceof SluiceError) return Infinity;
    throw error;
  }
}
