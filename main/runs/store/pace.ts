import type { EpochRecord } from '../../records/record.ts';
import type { Experiment } from '../experiment/experiment.ts';
import type { Store } from './store.ts';

/** Newest runs of a kind that are averaged. */
const runsAveraged = 3;

/**
 * Seconds of training, evaluation left out, that one epoch over `samples` images takes, from the newest runs on this
 * machine that compute and send alike; null when there are none with an epoch behind them.
 */
export function secondsPerEpoch(
  experiment: Experiment,
  samples: (experiment: Experiment) => number,
  { list, epochs }: Pick<Store, 'list' | 'epochs'>,
): number | null {
  const kind = kindOf(experiment);
  const alike = list().filter((run) => run.startedAt && kindOf(run.experiment) === kind);
  const paces: number[] = [];
  for (const run of alike.reverse()) {
    if (paces.length === runsAveraged) break;
    const seconds = meanEpochSeconds(epochs(run.id));
    if (seconds !== null) paces.push(seconds / samples(run.experiment));
  }
  if (paces.length === 0) return null;
  return (samples(experiment) * paces.reduce((sum, pace) => sum + pace, 0)) / paces.length;
}

/** What decides how long a step takes. Budgets do so little that all are taken together. */
function kindOf({ dataset, model, split, batchSize, engine, threads, processes, sources, link }: Experiment): string {
  return JSON.stringify([dataset.name, model, split, batchSize, engine, threads, processes, sources, link]);
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
