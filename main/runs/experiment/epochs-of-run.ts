import type { EpochRecord } from '../../records/record.ts';
import { planTrainings } from '../../training/plan.ts';
import type { Experiment } from './experiment.ts';

/** Where a run is, or that it is over. */
export type RunPlace = Pick<EpochRecord, 'training' | 'phase'> | 'over';

/**
 * How many epochs a run has, all its trainings together: those planned, without those that phases which are over have left
 * out as they ended early.
 */
export function epochsOfRun(
  { method, phases, stop }: Pick<Experiment, 'method' | 'phases' | 'stop'>,
  finished: readonly Pick<EpochRecord, 'training' | 'phase' | 'epoch'>[],
  place: RunPlace,
): number {
  const planned = phases.reduce((sum, { epochs }) => sum + epochs, 0);
  if (!stop) return planned;
  const isOver = (training: number, phase: number): boolean =>
    place === 'over' || training < place.training || (training === place.training && phase < place.phase);
  const leftOut = planTrainings(method, phases, Infinity).flatMap((training, number) =>
    training.map(({ epochs }, phase) => {
      if (!isOver(number, phase)) return 0;
      const own = finished.filter((each) => each.training === number && each.phase === phase);
      return epochs - new Set(own.map(({ epoch }) => epoch)).size;
    }),
  );
  return planned - leftOut.reduce((sum, epochs) => sum + epochs, 0);
}
