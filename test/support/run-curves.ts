import type { ExperimentInput } from '../../main/runs/experiment/experiment.ts';
import type { Run } from '../../main/runs/store/run.ts';
import type { Store } from '../../main/runs/store/store.ts';
import type { EpochRecord } from '../../main/records/record.ts';
import { epochRecord, experiment } from './run-records.ts';

/** A run whose epochs have these test accuracies, each costing so many bytes up and twice as many down in 2 s. */
export function trainedRun(
  store: Store,
  input: ExperimentInput,
  accuracies: readonly number[],
  { seed = 1, bytes = 1000, group = undefined as string | undefined } = {},
): Run {
  const run = store.create(experiment(input), seed, group);
  store.append(
    run.id,
    accuracies.map((accuracy, epoch) => epochOf(epoch, accuracy, bytes)),
  );
  return run;
}

export function epochOf(
  epoch: number,
  testAccuracy: number,
  bytes: number,
  changes: Partial<EpochRecord> = {},
): EpochRecord {
  const sent = { bytesUp: bytes * (epoch + 1), bytesDown: 2 * bytes * (epoch + 1) };
  return epochRecord(epoch, { testAccuracy, ...sent, seconds: 2 * (epoch + 1), samplesPerSecond: 50, ...changes });
}
