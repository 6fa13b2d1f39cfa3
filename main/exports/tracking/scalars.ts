import type { Column } from '../../records/column.ts';
import { columnsOf, secondsOf } from '../../records/columns.ts';
import { records } from '../../records/index.ts';
import type { RecordName, StepRecord, TrainingRecord } from '../../records/record.ts';
import type { Run } from '../../runs/store/run.ts';
import type { Store } from '../../runs/store/store.ts';
import { pairsOf } from '../../runs/experiment/planned.ts';
import { epochsOfAll } from '../../runs/life/halt.ts';

/** What trackers of experiments take of a run: numbers under tags at steps, named after the catalogue of records. */

/** The numbers that were recorded at one place. */
export interface Point {
  /** Epochs, steps or phases that are done, from 1. */
  readonly step: number;
  /** Milliseconds since 1970, as good as it is known. */
  readonly time: number;
  /** By tag: `epoch/testAccuracy`, `step/crossEntropy`, `pair/bytesPerSample`; of several trainings or sources these come before. */
  readonly values: ReadonlyMap<string, number>;
}

/** A run's epochs and pairs, those of several data sources together. */
export function epochPoints(store: Store, run: Run): Point[] {
  const prefixOf = trainingPrefix(run);
  const [epochs, pairs] = [epochsOfAll(run, store.epochs(run.id)), store.pairs(run.id)];
  return [...new Set(epochs.map(({ training }) => training))].flatMap((training) => {
    const own = epochs.filter((epoch) => epoch.training === training);
    const ended = pairs.filter((pair) => pair.training === training && pair.source === 0);
    const timed = own.map((epoch) => pointOf(run, epoch, prefixOf(training), epoch.seconds));
    return [...timed, ...ended.map((pair) => pointOf(run, pair, prefixOf(training), own.at(-1)?.seconds ?? 0))];
  });
}

/** A run's steps, each of one data source. */
export function stepPoints(store: Store, run: Run): Point[] {
  return store.steps(run.id).map(stepPointer(run));
}

/** Makes points of steps as they come. */
export function stepPointer(run: Run): (step: StepRecord) => Point {
  const prefix = trainingPrefix(run);
  const seconds = new Map<string, number>();
  return (step) => {
    const { training, source } = step;
    const key = `${training} ${source}`;
    seconds.set(key, (seconds.get(key) ?? 0) + (secondsOf(step) || 0));
    const own = source === 0 ? '' : `source-${source}/`;
    return pointOf(run, step, `${prefix(training)}${own}`, seconds.get(key)!);
  };
}

/** Trainings of a run are told apart where its method has several. */
function trainingPrefix(run: Run): (training: number) => string {
  const several = pairsOf(run.experiment).some(({ training }) => training > 0);
  return (training) => (several ? `training-${training}/` : '');
}

function pointOf(run: Run, record: TrainingRecord, prefix: string, seconds: number): Point {
  const began = (run.startedAt ?? run.createdAt).getTime();
  const values = numbersIn(record).map(([name, value]) => [`${prefix}${record.kind}/${name}`, value] as const);
  const order = record[records[record.kind].order as keyof TrainingRecord];
  return { step: Number(order) + 1, time: began + (seconds || 0) * 1000, values: new Map(values) };
}

/** Its numbers by the names of their columns, but for what says where it belongs: that is in tag and step. */
function numbersIn(record: TrainingRecord): [string, number][] {
  return taggedColumns(record.kind).flatMap(({ name }): [string, number][] => {
    const value: unknown = record[name as keyof TrainingRecord];
    return typeof value === 'number' && Number.isFinite(value) ? [[name, value]] : [];
  });
}

/** The columns that have a tag of their own. */
function taggedColumns(kind: RecordName): readonly Column[] {
  const { order } = records[kind];
  return columnsOf(kind).filter(
    ({ name, type }) => type !== 'values' && name !== 'training' && name !== 'source' && name !== order,
  );
}
