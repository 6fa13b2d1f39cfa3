import type { EpochRecord, PairRecord } from '../training/records.ts';
import { formatBudget } from '../charts/formats.ts';
import type { Run } from './run.ts';
import type { Store } from './store.ts';

/** One training of a run over its epochs; `scratch` has a training per budget, every other method one. */
export interface Curve {
  readonly run: Run;
  readonly training: number;
  /** What a table or chart calls it, unique among the curves it was made with. */
  readonly label: string;
  /** Curves that differ in the seed alone are a family, named after the experiment; they look alike. */
  readonly family: string;
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
      name: experimentName(run, training),
      epochs: epochs.filter((epoch) => epoch.training === training),
      pairs: pairs.filter((pair) => pair.training === training),
    }));
  });
  return curves.map(({ name, ...curve }) => ({ ...curve, ...distinguish(name, curve.run, curves) }));
}

function experimentName({ name, experiment: { method, phases } }: Run, training: number): string {
  const phase = method === 'scratch' && phases.length > 1 ? phases[training] : undefined;
  return phase ? `${name}, ${formatBudget(phase.budget === 'full' ? null : phase.budget)}` : name;
}

/** The experiment's name; where that is not enough the seed too, and where that is not either the run's number. */
function distinguish(
  name: string,
  run: Run,
  curves: readonly { readonly name: string; readonly run: Run }[],
): Pick<Curve, 'label' | 'family'> {
  const seeds = curves.filter((other) => other.name === name).map((other) => other.run.seed);
  if (seeds.length === 1) return { label: name, family: name };
  if (new Set(seeds).size === seeds.length) return { label: `${name}, seed ${run.seed}`, family: name };
  const numbered = `${name} (${runNumber(run)})`;
  return { label: numbered, family: numbered };
}

/** The number a run's id begins with, by which it can be called. */
export function runNumber({ id }: Pick<Run, 'id'>): number {
  return Number.parseInt(id, 10);
}
