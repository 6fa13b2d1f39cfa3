import { columnsOf, recordNames } from '../../records/columns.ts';
import { records } from '../../records/index.ts';
import type { EpochRecord, RecordName, TrainingRecord } from '../../records/record.ts';
import type { EventRun, Series } from './event-files.ts';

/** Records made of the numbers of event files, and the tags that none was made of. */
export interface FoundRecords {
  readonly records: readonly TrainingRecord[];
  /** What became what, for people: `val_acc as testAccuracy`. */
  readonly taken: readonly string[];
  readonly left: readonly string[];
}

/** Records of a kind by their columns; what event files do not have is 0 where it counts, else not a number. */
function filled(kind: RecordName, known: Readonly<Record<string, number>>): TrainingRecord {
  const empty = { budget: null, count: 0, real: NaN };
  const values = columnsOf(kind).flatMap(({ name, type }) => {
    if (type === 'values') return [];
    const value = known[name];
    if (value === undefined) return [[name, empty[type]] as const];
    return [[name, type === 'real' ? value : Math.round(value)] as const];
  });
  return { kind, ...Object.fromEntries(values) } as unknown as TrainingRecord;
}

const ownTag = /^(?:training-(\d+)\/)?(?:source-(\d+)\/)?([a-z]+)\/(\w+)$/;

/** The records of an event file that Sluice has written: tags are the columns' names. */
export function recordsOfSluice({ series }: EventRun): FoundRecords {
  const found = new Map<string, { kind: RecordName; known: Record<string, number> }>();
  const left: string[] = [];
  for (const { tag, points } of series) {
    const [, training = '0', source = '0', kind, column] = ownTag.exec(tag) ?? [];
    const name = recordNames.find((each) => each === kind);
    if (!name || !columnsOf(name).some((each) => each.name === column)) {
      left.push(tag);
      continue;
    }
    for (const { step, value } of points) {
      const key = `${name} ${training} ${source} ${step}`;
      const place = { training: Number(training), source: Number(source), [records[name].order]: step - 1 };
      const record = found.get(key) ?? { kind: name, known: place };
      record.known[column] = value;
      found.set(key, record);
    }
  }
  return { records: [...found.values()].map(({ kind, known }) => filled(kind, known)), taken: [], left };
}

/** Columns of epochs that other programs have under names of their own. */
export const foreignColumns = [
  'testAccuracy',
  'testLoss',
  'trainAccuracy',
  'trainLoss',
] as const satisfies (keyof EpochRecord)[];
export type ForeignColumn = (typeof foreignColumns)[number];

export function isForeignColumn(name: string): name is ForeignColumn {
  return (foreignColumns as readonly string[]).includes(name);
}

/**
 * Epochs of event files of another program: the tags that are named, and those whose names can mean nothing else, such as
 * `val/accuracy`, `epoch_loss` of a folder `train`, or `test_acc`. Each value of the test accuracy is an epoch.
 */
export function recordsOfOthers({ series }: EventRun, named: ReadonlyMap<ForeignColumn, string>): FoundRecords {
  const chosen = new Map<ForeignColumn, Series>();
  for (const each of series) {
    const column = foreignColumns.find((name) => named.get(name) === each.tag) ?? meaning(each.tag);
    if (column && (!named.has(column) || named.get(column) === each.tag) && !chosen.has(column))
      chosen.set(column, each);
  }
  const used = new Set([...chosen.values()].map(({ tag }) => tag));
  return {
    records: epochsOf(chosen),
    taken: [...chosen].map(([column, { tag }]) => `${tag} as ${column}`),
    left: series.map(({ tag }) => tag).filter((tag) => !used.has(tag)),
  };
}

function meaning(tag: string): ForeignColumn | undefined {
  const words = new Set(
    tag
      .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter(Boolean),
  );
  const isTest = takes(words, ['test', 'val', 'valid', 'validation', 'eval']);
  const isTrain = takes(words, ['train', 'training']);
  const isAccuracy = takes(words, ['accuracy', 'acc', 'top1']);
  const isLoss = takes(words, ['loss']);
  words.delete('epoch');
  if (words.size > 0 || isTest === isTrain || isAccuracy === isLoss) return undefined;
  return `${isTest ? 'test' : 'train'}${isAccuracy ? 'Accuracy' : 'Loss'}`;
}

/** Whether one of these words is there; it is not afterwards. */
function takes(words: Set<string>, some: readonly string[]): boolean {
  return some.filter((word) => words.delete(word)).length > 0;
}

function epochsOf(chosen: ReadonlyMap<ForeignColumn, Series>): TrainingRecord[] {
  const clock = chosen.get('testAccuracy')?.points ?? [];
  // One that begins anew writes its steps again: the last value of a step counts.
  const ends = [...new Map(clock.map((point) => [point.step, point])).values()].sort((a, b) => a.step - b.step);
  const began = Math.min(...[...chosen.values()].flatMap(({ points }) => points.map(({ time }) => time)));
  return ends.map(({ step, time }, epoch) => {
    const values = [...chosen].flatMap(([column, { points }]) => {
      const last = points.findLast((point) => point.step <= step);
      const isPercent = column.endsWith('Accuracy') && points.some(({ value }) => value > 1);
      return last ? [[column, isPercent ? last.value / 100 : last.value] as const] : [];
    });
    return filled('epoch', { epoch, seconds: (time - began) / 1000, ...Object.fromEntries(values) });
  });
}
