import type { Plan } from '../../api.ts';
import type { DatasetInfo } from '../../data/source.ts';
import { linkSeconds, type TimedSchedule } from '../../planning/schedule.ts';
import { linkOf, type Experiment } from '../../runs/experiment/experiment.ts';
import { imageCounts } from '../../runs/experiment/image-counts.ts';
import { planTraffic, type PlannedTraffic } from '../../runs/experiment/plan-traffic.ts';
import { paceOf, type EpochFacts } from '../../runs/store/pace.ts';
import type { Store } from '../../runs/store/store.ts';

/** Runs that the time of a plan is estimated from. */
export type PastRuns = Pick<Store, 'list' | 'epochs'>;

/** Times of layers, which tell the time where there are no runs alike. */
export interface LayerTimes {
  /** One run of an experiment by what is known of them; null where a part of it was never timed. */
  schedule(experiment: Experiment, info: DatasetInfo): TimedSchedule | null;
}

/** What one run is going to send, and how long it will take. Throws what describeCut throws. */
export function planOf(experiment: Experiment, info: DatasetInfo, past: PastRuns, times?: LayerTimes): Plan {
  const traffic = planTraffic(experiment, info);
  return { ...traffic, ...timesOf(experiment, info, epochsOf(traffic), past, times) };
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
  const evaluation = pace?.evaluation ?? null;
  const schedule = evaluation === null ? (layers?.schedule(experiment, info) ?? null) : null;
  return {
    seconds: pace ? pace.training * epochs : (schedule?.seconds ?? null),
    evaluationSeconds: evaluation === null ? (schedule?.testSeconds ?? null) : evaluation * epochs,
  };
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
