import { formatBytes } from '../../charts/formats.ts';
import { SluiceError } from '../../errors.ts';
import type { TrainingRecord } from '../../records/record.ts';
import { recordFilePath } from '../store/record-file.ts';
import { sameSum, tally, type RecordSum, type Tally } from '../store/record-sum.ts';
import type { Store } from '../store/store.ts';
import { notice, type TakenUp } from './execution.ts';

export function allRecords(store: Store, run: string): TrainingRecord[] {
  return [...store.steps(run), ...store.epochs(run), ...store.pairs(run)];
}

/** Whether records are those that were counted of each source, none less and none more. */
export function agree(found: readonly TrainingRecord[], counted: ReadonlyMap<number, RecordSum>): boolean {
  const tallies = new Map<number, Tally>([...counted.keys()].map((source) => [source, tally()]));
  for (const record of found) {
    const own = tallies.get(record.source);
    if (!own) return false;
    own.add(record);
  }
  return [...tallies].every(([source, own]) => sameSum(own.sum(), counted.get(source)!));
}

/** Puts records into the database that it has lost, and says so. */
export function restoreRows(taken: TakenUp, records: readonly TrainingRecord[]): void {
  const { store, run, folder } = taken;
  const before = store.stepCount(run.id);
  store.replaceRecords(run.id, records.toSorted(asTheyCame));
  const words =
    `The database did not have the records of run ${run.id} as they were made (${before} steps); ` +
    `they are restored from ${recordFilePath(folder)} (${store.stepCount(run.id)} steps).`;
  notice(taken, 'records-restored', words);
}

/** As good as it is known: sources train at the same time. */
function asTheyCame(a: TrainingRecord, b: TrainingRecord): number {
  const step = (record: TrainingRecord): number => (record.kind === 'step' ? record.step : 0);
  return a.training - b.training || step(a) - step(b) || a.source - b.source;
}

export function recordsLost(
  { run: { id }, folder }: TakenUp,
  counted: ReadonlyMap<number, RecordSum>,
  left: Iterable<TrainingRecord>,
): SluiceError {
  const sums = [...counted.values()];
  const steps = sums.reduce((sum, { counts }) => sum + (counts.step ?? 0), 0);
  const bytes = sums.reduce((sum, each) => sum + each.bytes, 0);
  const rest = tally(left).sum();
  const message =
    `Records of run ${id} are lost: its checkpoint comes after ${steps} steps and ${formatBytes(bytes)}, the database and ` +
    `${recordFilePath(folder)} have ${rest.counts.step} steps and ${formatBytes(rest.bytes)} of them. It would end with wrong ` +
    'counts, so it does not go on. Put back a copy of sluice.db or of the folder, or train it anew: ' +
    `sluice run ${folder}/experiment.json`;
  return new SluiceError('records-lost', message);
}
