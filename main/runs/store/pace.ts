import type { EpochRecord } from '../../records/record.ts';
import type { Experiment } from '../experiment/experiment.ts';
import type { Store } from './store.ts';

/** Newest runs of a kind that are averaged. */
const runsAveraged = 3;

/** What is known of an experiment's epoch without having trained it. */
export interface EpochFacts {
  readonly samples: number;
  /** Evaluated after it. */
  readonly evaluated: number;
  /** That its link takes. */
  readonly linkSeconds: number;
}

/** Seconds of an epoch in training, and to evaluate after it; null where no run alike measured that. */
export interface EpochPace {
  readonly training: number;
  readonly evaluation: number | null;
}

/**
 * How long one epoch takes, from the newest runs on this machine that compute alike, over whatever link; null when there
 * are none with an epoch behind them.
 */
export function paceOf(
  experiment: Experiment,
  factsOf: (experiment: Experiment) => EpochFacts,
  { list, epochs }: Pick<Store, 'list' | 'epochs'>,
): EpochPace | null {
  const kind = kindOf(experiment);
  const alike = list().filter((run) => run.startedAt && kindOf(run.experiment) === kind);
  const [training, evaluation]: [number[], number[]] = [[], []];
  for (const run of alike.reverse()) {
    if (training.length === runsAveraged) break;
    const records = epochs(run.id);
    const seconds = meanEpochSeconds(records);
    if (seconds === null) continue;
    const { samples, evaluated, linkSeconds } = factsOf(run.experiment);
    training.push(Math.max(0, seconds - linkSeconds) / samples);
    const measured = records.flatMap((epoch) => (epoch.evaluationSeconds >= 0 ? [epoch.evaluationSeconds] : []));
    if (measured.length > 0) evaluation.push(mean(measured) / evaluated);
  }
  if (training.length === 0) return null;
  const { samples, evaluated, linkSeconds } = factsOf(experiment);
  return {
    training: samples * mean(training) + linkSeconds,
    evaluation: evaluation.length > 0 ? evaluated * mean(evaluation) : null,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** What decides how long computing takes. Budgets do so little that all are taken together. */
function kindOf({ dataset, model, split, batchSize, engine, threads, processes, sources }: Experiment): string {
  return JSON.stringify([dataset.name, model, split, batchSize, engine, threads, processes, sources]);
}

/** Sources train at the same time, trainings one after the other. */
function meanEpochSeconds(epochs: readonly EpochRecord[]): number | null {
  const trainings = new Map<number, { seconds: number; epochs: number }>();
  for (const { training, epoch, seconds } of epochs) {
    const before = trainings.get(training) ?? { seconds: 0, epochs: 0 };
    trainings.set(training, {
      seconds: Math.max(before.seconds, seconds),
      epochs: Math.max(before.epochs, epoch + 1),
    });
  }
  const totals = [...trainings.values()];
  if (totals.length === 0) return null;
  const total = (of: 'seconds' | 'epochs'): number => totals.reduce((sum, training) => sum + training[of], 0);
  return total('seconds') / total('epochs');
}
