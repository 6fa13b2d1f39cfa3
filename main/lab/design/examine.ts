import type { Design, Examination, ExperimentInput, NetworkDescription, Plan, Problem } from '../../api.ts';
import { listDatasets } from '../../data/datasets.ts';
import type { DatasetInfo } from '../../data/source.ts';
import { SluiceError } from '../../errors.ts';
import { describeCut, describeNetwork } from '../../model/describe.ts';
import { budgetProblems, codecProblems, dataProblems, experimentNetwork, orderProblems } from '../../runs/experiment/check.ts';
import { describeCuts } from '../../runs/experiment/describe-cuts.ts';
import { linkSeconds, type TimedSchedule } from '../../planning/schedule.ts';
import { linkOf, type Experiment } from '../../runs/experiment/experiment.ts';
import { imageCounts } from '../../runs/experiment/image-counts.ts';
import { paceOf, type EpochFacts } from '../../runs/store/pace.ts';
import { readExperiment } from '../../runs/experiment/parse.ts';
import { planTraffic, type PlannedTraffic } from '../../runs/experiment/plan-traffic.ts';
import type { Store } from '../../runs/store/store.ts';
import { codecSettings } from '../../training/controller.ts';

/** Runs that the time of a plan is estimated from. */
export type PastRuns = Pick<Store, 'list' | 'epochs'>;

/** Times of layers, which tell the time where there are no runs alike. */
export interface LayerTimes {
  /** One run of an experiment by what is known of them; null where a part of it was never timed. */
  schedule(experiment: Experiment, info: DatasetInfo): TimedSchedule | null;
}

/**
 * Checks an experiment as it is being designed and works out what it means: its problems field by field, the network
 * it cuts, and the bytes its plan would send. Never throws for what is in the input.
 */
export function examine(input: ExperimentInput, past: PastRuns, times?: LayerTimes): Examination {
  const { experiment, problems } = readExperiment(input);
  if (!experiment) return { problems, experiment, network: null, design: null };
  const { info, problem } = findDataset(experiment.dataset.name);
  if (problem) problems.push(problem);
  if (!info) return { problems, experiment, network: null, design: null };
  problems.push(...dataProblems(experiment, info), ...codecProblems(experiment));
  const network = collecting(problems, experiment, () => describeUncut(experiment, info));
  const design = network && collecting(problems, experiment, () => designOf(experiment, info, past, times));
  if (design) {
    const [, , maps] = design.sent;
    problems.push(...budgetProblems(experiment, maps), ...orderProblems(experiment, maps));
  }
  return { problems, experiment, network, design };
}

/** A data set that can be downloaded is known before it is here, and so is what training on it would send. */
export function findDataset(name: string): { info: DatasetInfo | null; problem: Problem | null } {
  const path = 'dataset.name';
  const datasets = listDatasets();
  const entry = datasets.find((dataset) => dataset.name === name);
  if (!entry) {
    const known = datasets.map((dataset) => dataset.name).join(', ');
    return { info: null, problem: { path, text: `is "${name}": expected one of ${known}, or an import of that name` } };
  }
  if (entry.status === 'damaged') return { info: null, problem: { path, text: `is "${name}". ${entry.title}` } };
  const missing = entry.status === 'available';
  const text = `is "${name}": this data set is not downloaded yet, get it on the Data page`;
  return { info: entry.info, problem: missing ? { path, text } : null };
}

function describeUncut(experiment: Experiment, info: DatasetInfo): NetworkDescription {
  const { network, cut } = experimentNetwork(experiment, info);
  const budgets = new Set(experiment.phases.flatMap(({ budget }) => (budget === 'full' ? [] : [budget])));
  const layers = describeNetwork(network);
  const cuts = describeCuts(
    network,
    cut.module,
    [...budgets].sort((a, b) => a - b),
    codecSettings(experiment.codec),
  );
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

function designOf(experiment: Experiment, info: DatasetInfo, past: PastRuns, layers?: LayerTimes): Design {
  const { network, cut } = experimentNetwork(experiment, info);
  const traffic = planTraffic(experiment, info);
  const times = timesOf(experiment, info, epochsOf(traffic), past, layers);
  return { ...describeCut(network, cut), plan: { ...traffic, ...times } };
}

/** As runs alike took, else as its layers do. */
function timesOf(
  experiment: Experiment,
  info: DatasetInfo,
  epochs: number,
  past: PastRuns,
  layers: LayerTimes | undefined,
): Pick<Plan, 'seconds' | 'evaluationSeconds'> {
  const pace = paceOf(experiment, (run) => epochFacts(run, info), past);
  const schedule = pace?.evaluation == null ? layers?.schedule(experiment, info) : null;
  const evaluation = pace?.evaluation == null ? (schedule?.testSeconds ?? null) : pace.evaluation * epochs;
  return { seconds: pace ? pace.training * epochs : (schedule?.seconds ?? null), evaluationSeconds: evaluation };
}

/** On the images of an experiment alike. */
function epochFacts(experiment: Experiment, info: DatasetInfo): EpochFacts {
  const link = linkOf(experiment);
  const { train, validation, test } = imageCounts(experiment, info);
  return {
    samples: train,
    evaluated: validation + test,
    linkSeconds: link ? linkSeconds(experiment, info, link) / epochsOf(planTraffic(experiment, info)) : 0,
  };
}

function epochsOf({ phases }: PlannedTraffic): number {
  return phases.reduce((sum, phase) => sum + phase.epochs, 0);
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
