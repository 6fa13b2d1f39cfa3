import { phasesWithout } from '../experiment/budgets.ts';
import { awaitedOf, epochsOf } from '../../charts/trainings.ts';
import { choosingAccuracy } from '../../records/best-epoch.ts';
import type { EpochRecord } from '../../records/record.ts';
import { planTrainings } from '../../training/plan.ts';
import type { Run } from '../store/run.ts';
import type { Store } from '../store/store.ts';

/** Where a run is to stop with a checkpoint, as if it had been asked to, until somebody has it go on. */
export interface Halt {
  /** Once it has had so many epochs, all its trainings together. */
  readonly epochs: number;
  /** Or once one was as accurate as this. */
  readonly accuracy: number | null;
}

/** The epochs of a run, all data sources together, one training after the other; bytes count from the start of each. */
export function epochsOfAll(
  { experiment, dropped, status }: Pick<Run, 'experiment' | 'dropped' | 'status'>,
  records: readonly EpochRecord[],
): EpochRecord[] {
  const { sources } = experiment;
  const awaited = awaitedOf({ sources: sources.count, dropped: dropped.length, isFinished: status === 'finished' });
  return [...new Set(records.map(({ training }) => training))]
    .sort((a, b) => a - b)
    .flatMap((training) => epochsOf(records, training, { source: 'all', awaited }));
}

/** Whether a run that has come to a checkpoint in a training is to stop there. One that has all behind it is finished instead. */
export function isFarEnough(store: Pick<Store, 'halt' | 'epochs' | 'get'>, id: string, training: number): boolean {
  const halt = store.halt(id);
  if (!halt) return false;
  const run = store.get(id);
  const { method, phases } = run.experiment;
  if (training >= planTrainings(method, phasesWithout(phases), Infinity).length) return false;
  const epochs = epochsOfAll(run, store.epochs(id));
  if (epochs.length >= phases.reduce((sum, phase) => sum + phase.epochs, 0)) return false;
  const { accuracy } = halt;
  return (
    epochs.length >= halt.epochs || (accuracy !== null && epochs.some((each) => choosingAccuracy(each) >= accuracy))
  );
}
