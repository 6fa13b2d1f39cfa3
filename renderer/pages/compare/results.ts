import type { RunSummary } from '../../../main/api.ts';
import { valueAt } from '../../../main/charts/numbers.ts';
import type { EpochData, TrainingData } from '../../../main/charts/data.ts';

/** What one training achieved and what it cost; null where it has no finished epoch or never got there. */
export interface Result {
  readonly training: TrainingData;
  readonly run: RunSummary;
  readonly epochs: number;
  readonly best: number | null;
  readonly last: number | null;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** How many times its bytes go into those of the costliest. */
  readonly fewer: number | null;
  readonly seconds: number;
  readonly samplesPerSecond: number | null;
  /** Test accuracy by the time it had sent so many bytes. */
  readonly atBytes: number | null;
}

/** What is asked of every training: its accuracy by the time it had sent so many bytes. */
interface Questions {
  readonly bytes: number | null;
}

/** Compares trainings; those of runs that are not listed any more are left out. */
export function resultsOf(
  trainings: readonly TrainingData[],
  runs: ReadonlyMap<string, RunSummary>,
  questions: Questions,
): Result[] {
  const most = Math.max(0, ...trainings.map(({ epochs }) => sentBy(epochs.at(-1))));
  return trainings.flatMap((training) => {
    const run = runs.get(training.run);
    return run ? [resultOf(training, run, most, questions)] : [];
  });
}

function resultOf(training: TrainingData, run: RunSummary, most: number, { bytes }: Questions): Result {
  const { epochs, steps } = training;
  const last = epochs.at(-1);
  const sent = sentBy(last);
  const samples = sum(steps.samples, (step) => last !== undefined && steps.epoch[step] <= last.epoch);
  return {
    training,
    run,
    epochs: epochs.length,
    best: last ? Math.max(...epochs.map(({ testAccuracy }) => testAccuracy)) : null,
    last: last?.testAccuracy ?? null,
    bytesUp: last?.bytesUp ?? 0,
    bytesDown: last?.bytesDown ?? 0,
    fewer: sent > 0 ? most / sent : null,
    seconds: last?.seconds ?? 0,
    samplesPerSecond: last && last.seconds > 0 && samples > 0 ? samples / last.seconds : null,
    atBytes: bytes === null ? null : accuracyBy(epochs, bytes),
  };
}

/** The accuracy a training had reached by the time it had sent so many bytes; null before its first epoch. */
function accuracyBy(epochs: readonly EpochData[], bytes: number): number | null {
  const x = Float64Array.from(epochs, sentBy);
  const y = Float64Array.from(epochs, ({ testAccuracy }) => testAccuracy);
  const reached = valueAt({ x, y }, bytes);
  return Number.isNaN(reached) ? null : reached;
}

function sentBy(epoch: EpochData | undefined): number {
  return epoch ? epoch.bytesUp + epoch.bytesDown : 0;
}

function sum(values: Float64Array, counts: (index: number) => boolean): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) if (counts(i)) total += values[i];
  return total;
}
