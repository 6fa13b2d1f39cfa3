import { describeDataset } from '../../data/datasets.ts';
import { SluiceError } from '../../errors.ts';
import { ownCodecs } from '../../training/controller.ts';
import {
  plannedPairs,
  planTrainings,
  type PhaseSettings,
  type PlannedPair,
  type Training,
} from '../../training/plan.ts';
import { phasesAt } from './budgets.ts';
import { experimentNetwork } from './check.ts';
import type { Experiment } from './experiment.ts';
import { featuresAt, type CutFeatures } from './features.ts';

/** Lists ask for all runs, and many of these have one cut. */
const known = new Map<string, CutFeatures>();

/** The trainings of an experiment, its budgets in maps. */
export function trainingsOf(experiment: Experiment): Training[] {
  const { phases, maps } = scheduleOf(experiment);
  return planTrainings(experiment.method, phases, maps);
}

/** The pairs that a run of an experiment is to end with. */
export function pairsOf(experiment: Experiment): PlannedPair[] {
  const { phases, maps } = scheduleOf(experiment);
  return plannedPairs(experiment.method, phases, maps);
}

/** A budget of φ maps is the full one. While its data set is gone no number of maps is, and a budget of bytes is taken for it. */
function scheduleOf(experiment: Experiment): { readonly phases: readonly PhaseSettings[]; readonly maps: number } {
  const { dataset, model, split, phases } = experiment;
  try {
    const info = describeDataset(dataset.name);
    const key = JSON.stringify([info.shape, info.classes.length, model, split]);
    const { network, cut } = experimentNetwork(experiment, info);
    const features = known.get(key) ?? featuresAt(network, cut);
    known.set(key, features);
    return { phases: phasesAt(experiment, features), maps: features.sent[2] };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const written = phases.map(({ budget, epochs, codec }) => ({
      own: ownCodecs(codec),
      budget: typeof budget === 'object' ? ('full' as const) : budget,
      epochs,
    }));
    return { phases: written, maps: Infinity };
  }
}
