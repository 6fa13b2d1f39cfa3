import type { Parts, TrainingData } from '../../charts/data.ts';
import { trainingsOf } from '../../charts/trainings.ts';
import { mergeRecords } from '../../records/merge.ts';
import type { PairRecord } from '../../records/record.ts';
import type { Run } from '../../runs/store/run.ts';
import type { Store } from '../../runs/store/store.ts';
import { runData } from '../charts/chart-data.ts';

/** A training as tables show it, from the ends of its epochs: what led to one pair of a run, or a training as a whole. */
export interface Curve {
  readonly run: Run;
  readonly training: TrainingData;
  /** The pair it ended with; null before it has. */
  readonly pair: PairRecord | null;
}

/** The curves of runs that are to be compared, in the order given. A run without a finished epoch has an empty one. */
export function curvesOf(store: Store, runs: readonly Run[], parts: Parts = 'pairs'): Curve[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const pairs = new Map(runs.map(({ id }) => [id, store.pairs(id)]));
  return trainingsOf(
    runs.map((run) => runData(store, run)),
    'all',
    parts,
  ).map((training) => ({
    run: byId.get(training.run)!,
    training,
    pair: pairOf(pairs.get(training.run)!, training),
  }));
}

/** The pair that a training ended with; those of several data sources as one, with their mean accuracy. */
function pairOf(pairs: readonly PairRecord[], { training, lastPhase }: TrainingData): PairRecord | null {
  const own = pairs.filter((pair) => pair.training === training && pair.phase === lastPhase);
  return own.length > 0 ? mergeRecords('pair', own) : null;
}
