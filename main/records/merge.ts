import type { Together } from './column.ts';
import { measuredColumns } from './columns.ts';
import type { EpochRecord, RecordName } from './record.ts';

/** What records are weighed by where several become one. */
interface Shares {
  /** Samples of each. */
  readonly samples: readonly number[];
  /** Seconds that all of them took together. */
  readonly seconds: number;
}

const merge: Readonly<Record<Exclude<Together, 'first'>, (values: readonly number[], shares: Shares) => number>> = {
  sum,
  mean: (values) => sum(values) / values.length,
  'sample-mean': (values, { samples }) => sum(values.map((value, i) => value * samples[i])) / sum(samples),
  rate: (_, { samples, seconds }) => sum(samples) / seconds,
  greatest: (values) => Math.max(...values),
};

/** What several data sources recorded at the same place as one record, each column as the catalogue says. */
export function mergeRecords<T extends object>(
  kind: RecordName,
  group: readonly T[],
  shares: Shares = { samples: group.map(() => 1), seconds: NaN },
): T {
  const merged: Record<string, number> = {};
  for (const { name, together } of measuredColumns(kind)) {
    if (together === 'first') continue;
    const values = group.map((record) => Number(record[name as keyof T]));
    merged[name] = merge[together](values, shares);
  }
  return { ...group[0], ...merged };
}

type Epoch = Pick<EpochRecord, 'epoch' | 'source' | 'seconds' | 'samplesPerSecond'>;

/**
 * The epochs of one training as those of all its data sources together, in their order. An epoch counts as soon as so
 * many sources have finished it. Bytes that a source sent before it was given up are counted on.
 */
export function mergeEpochs<T extends Epoch>(epochs: readonly T[], awaited: number): T[] {
  const groups = new Map<number, T[]>();
  for (const each of epochs.toSorted((a, b) => a.epoch - b.epoch)) {
    groups.set(each.epoch, [...(groups.get(each.epoch) ?? []), each]);
  }
  const last = new Map<number, T>();
  let passed = 0;
  return [...groups.values()]
    .filter(({ length }) => length >= awaited)
    .map((group) => {
      const samples = group.map((each) => samplesIn(each, last.get(each.source)?.seconds ?? 0));
      const seconds = Math.max(passed, ...group.map((each) => each.seconds));
      const gone = [...last.values()].filter(({ source }) => group.every((each) => each.source !== source));
      const isAlone = group.length === 1 && gone.length === 0;
      const merged = isAlone ? group[0] : mergeRecords('epoch', group, { samples, seconds: seconds - passed });
      for (const each of group) last.set(each.source, each);
      passed = seconds;
      return gone.length === 0 ? merged : { ...merged, ...totalsWith(merged, gone) };
    });
}

/** Sums since the training began, with those of sources that are not there any more. */
function totalsWith<T extends object>(merged: T, gone: readonly T[]): Record<string, number> {
  const totals = measuredColumns('epoch').filter(({ sinceStart, together }) => sinceStart && together === 'sum');
  return Object.fromEntries(
    totals.map(({ name }) => [name, sum([merged, ...gone].map((record) => Number(record[name as keyof T])))]),
  );
}

/** An epoch that was gone on with after its last batch has no speed, and no samples. */
function samplesIn({ samplesPerSecond, seconds }: Epoch, before: number): number {
  return Number.isNaN(samplesPerSecond) ? 0 : samplesPerSecond * (seconds - before);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
