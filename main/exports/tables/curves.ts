import { settingsKey } from '../../charts/differing.ts';
import { labelled } from '../../charts/labels.ts';
import { awaitedOf, epochsOf, trainingName } from '../../charts/trainings.ts';
import type { Budget } from '../../records/column.ts';
import { mergeRecords } from '../../records/merge.ts';
import type { EpochRecord, PairRecord } from '../../records/record.ts';
import { runNumber, type Run } from '../../runs/store/run.ts';
import { trainingBudgets } from '../../training/plan.ts';
import type { Store } from '../../runs/store/store.ts';

/** One training of a run over its epochs; a method such as `scratch` has several, most have one. */
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
    const awaited = awaitedOf({
      sources: run.experiment.sources.count,
      dropped: run.dropped.length,
      isFinished: run.status === 'finished',
    });
    const trainings = epochs.length > 0 ? [...new Set(epochs.map(({ training }) => training))] : [0];
    return trainings.map((training) => ({
      run,
      training,
      number: runNumber(run),
      seed: run.seed,
      settings: settingsKey(run.experiment),
      name: trainingName({ name: run.name, trainingBudgets: budgetsOf(run) }, training),
      epochs: epochsOf(epochs, training, { source: 'all', awaited }),
      pairs: pairsOf(pairs, training),
    }));
  });
  return labelled(curves);
}

/** The pairs of a training; those of several data sources for one budget stand together, with their mean accuracy. */
function pairsOf(pairs: readonly PairRecord[], training: number): PairRecord[] {
  const own = pairs.filter((pair) => pair.training === training);
  const phases = [...new Set(own.map(({ phase }) => phase))];
  return phases.map((phase) =>
    mergeRecords(
      'pair',
      own.filter((pair) => pair.phase === phase),
    ),
  );
}

/** Budgets of the trainings of a run that has several. */
export function budgetsOf({ experiment: { method, phases } }: Pick<Run, 'experiment'>): Budget[] {
  return trainingBudgets(method, phases);
}
