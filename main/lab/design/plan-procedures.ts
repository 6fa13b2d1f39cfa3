import type { ExperimentInput, PlanTable, PlanWish } from '../../api.ts';
import type { DatasetInfo } from '../../data/source.ts';
import { engineWords } from '../../engine/adapter.ts';
import { SluiceError } from '../../errors.ts';
import { defaultThreads } from '../../engine/threads.ts';
import { planChoices } from '../../planning/choices.ts';
import { plannedCodecs } from '../../planning/of-experiment.ts';
import { timedSchedule } from '../../planning/schedule.ts';
import { limitedBudgets, phasesAt } from '../../runs/experiment/budgets.ts';
import { checkExperiment, experimentNetwork } from '../../runs/experiment/check.ts';
import type { Experiment } from '../../runs/experiment/experiment.ts';
import { featuresAt } from '../../runs/experiment/features.ts';
import { parseExperiment } from '../../runs/experiment/parse.ts';
import type { LabState, Procedures } from '../lab-state.ts';
import { findDataset } from './find-dataset.ts';
import { withSettings } from './experiments.ts';

type Names = 'planChoices' | 'timeLayers' | 'cancelPlanTask' | 'planTasks';

/** Procedures about what cuts, budgets and codecs cost. */
export function planProcedures({ planTimes, settings }: LabState): Procedures<Names> {
  const asked = (input: ExperimentInput): Asked => soundExperiment(withSettings(input, settings.current));

  function choices(input: ExperimentInput, { goal, limits }: PlanWish): PlanTable | null {
    const { experiment, info } = asked(input);
    planTimes.look(experiment, info);
    const on = planTimes.known(experiment, info);
    if (!on) return null;
    const { network } = experimentNetwork(experiment, info);
    return {
      ...planChoices(on.at, {
        module: experiment.split.module,
        budgets: limitedBudgets(phasesAt(experiment, featuresAt(network, experiment.split))),
        codecs: plannedCodecs(experiment),
        goal,
        limits,
      }),
      engines: on.machines.map(({ engine: name, device, detail }) => engineWords({ name, device, detail })),
      schedule: timedSchedule(experiment, info, on.at, defaultThreads()),
    };
  }

  return {
    planChoices: choices,
    timeLayers: (input) => {
      const { experiment, info } = asked(input);
      return planTimes.measure(experiment, info);
    },
    cancelPlanTask: (id) => planTimes.cancel(id),
    planTasks: () => planTimes.all(),
  };
}

interface Asked {
  readonly experiment: Experiment;
  readonly info: DatasetInfo;
}

/** Throws for an experiment that could not be trained; its images may still have to be downloaded. */
function soundExperiment(input: ExperimentInput): Asked {
  const experiment = parseExperiment(input);
  const { info, problem } = findDataset(experiment.dataset.name);
  if (!info) throw new SluiceError('bad-experiment', `dataset.name ${problem?.text}.`, { path: 'dataset.name' });
  checkExperiment(experiment, info);
  return { experiment, info };
}
