import type { Design, Examination, ExperimentInput, NetworkDescription, Problem } from '../../api.ts';
import type { DatasetInfo } from '../../data/source.ts';
import { SluiceError } from '../../errors.ts';
import { describeCut, describeNetwork } from '../../model/describe.ts';
import type { NetworkSpec } from '../../model/spec.ts';
import { limitedBudgets, phasesAt } from '../../runs/experiment/budgets.ts';
import {
  budgetProblems,
  codecProblems,
  dataProblems,
  experimentNetwork,
  orderProblems,
} from '../../runs/experiment/check.ts';
import { describeCuts } from '../../runs/experiment/describe-cuts.ts';
import type { Experiment } from '../../runs/experiment/experiment.ts';
import { featuresAt } from '../../runs/experiment/features.ts';
import { readExperiment } from '../../runs/experiment/parse.ts';
import { codecSettings } from '../../training/controller.ts';
import { planSearch as planSearchOf } from '../../runs/search/search.ts';
import { planOfSearch } from '../search/outcome.ts';
import { findDataset } from './find-dataset.ts';
import { planOf, type LayerTimes, type PastRuns } from './plan-of.ts';
import { imageCodecProblems } from '../../runs/experiment/image-codecs.ts';
import { unfitCodecs } from '../../runs/experiment/unfit-codecs.ts';
import { planSweep } from './plan-sweep.ts';

/**
 * Checks an experiment as it is being designed and works out what it means: its problems field by field, the network
 * it cuts, and the bytes its plan would send. Never throws for what is in the input.
 */
export function examine(input: ExperimentInput, past: PastRuns, times?: LayerTimes): Examination {
  const { experiment, problems } = readExperiment(input);
  if (!experiment) return { problems, experiment, network: null, design: null, sweep: null, search: null };
  const sweep = experiment.sweep && problems.length === 0 ? planSweep(input, experiment.sweep, past, times) : null;
  if (sweep?.problem) problems.push({ path: 'sweep', text: sweep.problem });
  const sought = () => planOfSearch(planSearchOf(input));
  const search = experiment.search && problems.length === 0 ? collecting(problems, experiment, sought) : null;
  const { info, problem } = findDataset(experiment.dataset.name);
  if (problem) problems.push(problem);
  if (!info) return { problems, experiment, network: null, design: null, sweep, search };
  problems.push(...dataProblems(experiment, info), ...codecProblems(experiment));
  const network = collecting(problems, experiment, () => describeUncut(experiment, info));
  const design = network && collecting(problems, experiment, () => designOf(experiment, info, past, times));
  if (design) {
    const { network: uncut, cut } = experimentNetwork(experiment, info);
    const features = featuresAt(uncut, cut);
    problems.push(
      ...budgetProblems(experiment, features),
      ...orderProblems(experiment, features),
      ...imageCodecProblems(experiment, info, features),
      ...unfitCodecs(experiment, info, features),
    );
  }
  return { problems, experiment, network, design, sweep, search };
}

function describeUncut(experiment: Experiment, info: DatasetInfo): NetworkDescription {
  const { network, cut } = experimentNetwork(experiment, info);
  const layers = describeNetwork(network);
  const cuts = describeCuts(network, cut.module, budgetsHere(experiment, network), codecSettings(experiment.codec));
  return {
    input: network.input,
    layers,
    cuts: cuts.map((described) => {
      const { client } = describeCut(network, {
        layer: described.layer,
        module: 'sent' in described ? cut.module : null,
      });
      return {
        ...described,
        clientMultiplyAdds: client.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0),
        clientParameters: client.reduce((sum, { parameters }) => sum + parameters, 0),
      };
    }),
  };
}

/** The budgets in maps; without those of bytes while these say nothing, as where there is no such cut. */
function budgetsHere(experiment: Experiment, network: NetworkSpec): number[] {
  const { phases, split } = experiment;
  try {
    return limitedBudgets(phasesAt(experiment, featuresAt(network, split)));
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return limitedBudgets(
      phases.flatMap(({ budget, epochs }) => (typeof budget === 'object' ? [] : [{ budget, epochs }])),
    );
  }
}

function designOf(experiment: Experiment, info: DatasetInfo, past: PastRuns, layers?: LayerTimes): Design {
  const { network, cut } = experimentNetwork(experiment, info);
  return { ...describeCut(network, cut), plan: planOf(experiment, info, past, layers) };
}

/** What `work` returns, or null with its error among the problems. */
function collecting<T>(problems: Problem[], experiment: Experiment, work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    problems.push(problemOf(error, experiment));
    return null;
  }
}

/** The problem a SluiceError tells; its text goes on from the field's name, so that name is left out. */
function problemOf({ code, path = '', message }: SluiceError, { batchSize }: Experiment): Problem {
  if (code === 'message-oversized') {
    const text = `is ${batchSize}: the maps of so many samples are more than one message may hold at this cut`;
    return { path: 'batchSize', text };
  }
  return { path, text: path !== '' && message.startsWith(`${path} `) ? message.slice(path.length + 1) : message };
}
