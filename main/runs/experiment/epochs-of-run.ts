import type { EpochRecord } from '../../records/record.ts';
import { phasesWithout } from './budgets.ts';
import { planTrainings } from '../../training/plan.ts';
import type { Experiment } from './experiment.ts';
import type { PlannedPhase, PlannedTraffic } from './plan-traffic.ts';

type Place = Pick<EpochRecord, 'training' | 'phase'>;

/** How far a run is: the epochs it has finished, and the phase it is in, or that it is over. */
export interface RunReached {
  readonly finished: readonly Pick<EpochRecord, 'training' | 'phase' | 'epoch'>[];
  readonly place: Place | 'over';
}

function placeOf(finished: readonly Place[]): Place {
  const { training, phase } = finished.at(-1) ?? { training: 0, phase: 0 };
  return { training, phase };
}

function isLater(a: Place, b: Place): boolean {
  return a.training > b.training || (a.training === b.training && a.phase > b.phase);
}

/** How far a run has come, as its records tell. */
export function reachedOf(finished: readonly EpochRecord[], isFinished: boolean): RunReached {
  return { finished, place: isFinished ? 'over' : placeOf(finished) };
}

type Settings = Pick<Experiment, 'method' | 'phases' | 'stop'>;

/** Epochs of a phase: those planned, or if it is over those it had, as it may have ended early. */
function epochsOfPhase(training: number, phase: number, planned: number, { finished, place }: RunReached): number {
  const isOver = place === 'over' || isLater(place, { training, phase });
  if (!isOver) return planned;
  const own = finished.filter((each) => each.training === training && each.phase === phase);
  return new Set(own.map(({ epoch }) => epoch)).size;
}

/** How many epochs a run has, all its trainings together: those planned, without those left out by phases that ended early. */
export function epochsOfRun({ method, phases, stop }: Settings, reached: RunReached): number {
  if (!stop) return phases.reduce((sum, { epochs }) => sum + epochs, 0);
  return planTrainings(method, phasesWithout(phases), Infinity)
    .flatMap((training, number) => training.map(({ epochs }, phase) => epochsOfPhase(number, phase, epochs, reached)))
    .reduce((sum, epochs) => sum + epochs, 0);
}

/** The epochs of a run under way, counted anew as it enters a phase: then it is known how many the one before had. */
export interface EpochCount {
  readonly epochs: number;
  /** A step at this place was taken. */
  enter(place: Place): void;
}

/** `finished` are the epochs as they are recorded at the moment. */
export function countEpochs(settings: Settings, finished: () => readonly EpochRecord[]): EpochCount {
  const before = finished();
  let place = placeOf(before);
  let epochs = epochsOfRun(settings, { finished: before, place });
  return {
    get epochs() {
      return epochs;
    },
    enter({ training, phase }) {
      if (!isLater({ training, phase }, place)) return;
      place = { training, phase };
      epochs = epochsOfRun(settings, { finished: finished(), place });
    },
  };
}

/** The plan of a run that is under way or over, without what phases have left out that ended early. */
export function planLeft<T extends PlannedTraffic>(plan: T, { stop }: Settings, reached: RunReached): T {
  if (!stop) return plan;
  const phases: PlannedPhase[] = [];
  for (const planned of plan.phases) {
    const before = phases.filter(({ training }) => training === planned.training);
    const epochs = epochsOfPhase(planned.training, before.length, planned.epochs, reached);
    if (epochs === 0) continue;
    const share = epochs / planned.epochs;
    phases.push({
      ...planned,
      epochs,
      firstEpoch: before.reduce((sum, each) => sum + each.epochs, 0),
      steps: planned.steps * share,
      mostSteps: planned.mostSteps * share,
      bytesUp: planned.bytesUp * share,
      bytesDown: planned.bytesDown * share,
    });
  }
  const sum = (of: readonly PlannedPhase[], key: 'epochs' | 'steps' | 'bytesUp' | 'bytesDown'): number =>
    of.reduce((total, phase) => total + phase[key], 0);
  const share = sum(phases, 'epochs') / sum(plan.phases, 'epochs');
  return {
    ...plan,
    phases,
    bytesUp: sum(phases, 'bytesUp'),
    bytesDown: sum(phases, 'bytesDown'),
    steps: sum(phases, 'steps'),
    fullBudgetBytes: plan.fullBudgetBytes * share,
    plainSplitBytes: plan.plainSplitBytes * share,
  };
}
