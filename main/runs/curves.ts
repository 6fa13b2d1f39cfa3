import type { EpochRecord, PairRecord } from '../training/records.ts';
import { formatBudget } from './quantities.ts';
import type { Run } from './run.ts';
import type { Store } from './store.ts';

/** One training of a run over its epochs; `scratch` has a training per budget, every other method one. */
export interface Curve {
  readonly run: Run;
  readonly training: number;
  /** What a table or chart calls it, unique among the curves it was made with. */
  readonly label: string;
  /** What it shows, the seed left out: curves of one experiment look alike. */
  readonly experiment: string;
  readonly epochs: readonly EpochRecord[];
  readonly pairs: readonly PairRecord[];
}

/** The curves of runs that are to be compared, in the order given. A run without a finished epoch has an empty one. */
export function curvesOf(store: Store, runs: readonly Run[]): Curve[] {
  const curves = runs.flatMap((run) => {
    const [epochs, pairs] = [store.epochs(run.id), store.pairs(run.id)];
    const trainings = epochs.length > 0 ? [...new Set(epochs.map(({ training }) => training))] : [0];
    return trainings.map((training) => ({
      run,
      training,
      experiment: experimentName(run, training),
      epochs: epochs.filter((epoch) => epoch.training === training),
      pairs: pairs.filter((pair) => pair.training === training),
    }));
  });
  return curves.map((curve) => ({ ...curve, label: label(curve, curves) }));
}

function experimentName({ name, experiment: { method, phases } }: Run, training: number): string {
  const phase = method === 'scratch' && phases.length > 1 ? phases[training] : undefined;
  return phase ? `${name}, ${formatBudget(phase.budget === 'full' ? null : phase.budget)}` : name;
}

type Unlabelled = Omit<Curve, 'label'>;

/** The experiment's name; where that is not enough the seed too, and where that is not either the run's number. */
function label({ experiment, run }: Unlabelled, curves: readonly Unlabelled[]): string {
  const namesakes = curves.filter((other) => other.experiment === experiment);
  if (namesakes.length === 1) return experiment;
  if (namesakes.filter((other) => other.run.seed === run.seed).length === 1) return `${experiment}, seed ${run.seed}`;
  return `${experiment} (${runNumber(run)})`;
}

/** The number a run's id begins with, by which it can be called. */
export function runNumber({ id }: Pick<Run, 'id'>): number {
  return Number.parseInt(id, 10);
}
