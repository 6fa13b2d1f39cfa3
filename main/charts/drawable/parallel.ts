import { bestAccuracy, bytesBy } from '../achievement.ts';
import type { TrainingData } from '../data.ts';
import { formatSetting, type DifferingSetting } from '../differing.ts';
import { formatBytes, formatPercent } from '../formats.ts';
import { lookIndex, type Looks } from './looks.ts';

/** One axis of parallel coordinates: a setting in which runs differ, or a result. */
export interface ParallelAxis {
  /** The whole path of a setting, or what a result is called. */
  readonly id: string;
  readonly name: string;
  readonly format: (value: number) => string;
  readonly logarithmic: boolean;
  /** Names of the places 0, 1, 2 …, for what is no number. */
  readonly categories: readonly string[] | null;
}

/** A training's line: a value for each axis, NaN where it has none. */
export interface ParallelRow {
  readonly id: string;
  readonly label: string;
  readonly look: number;
  readonly values: readonly number[];
}

export interface ParallelData {
  readonly axes: readonly ParallelAxis[];
  /** All that there could be, in their usual order. */
  readonly offered: readonly Pick<ParallelAxis, 'id' | 'name'>[];
  readonly rows: readonly ParallelRow[];
}

/** An axis for values of any kind: numbers on a scale, anything else by name in the order it comes. */
function parallelAxis(
  id: string,
  name: string,
  values: readonly unknown[],
  format: (value: number) => string = String,
  word: (value: unknown) => string = String,
): { axis: ParallelAxis; places: number[] } {
  if (values.every((value) => typeof value === 'number')) {
    const known = values.filter((value) => !Number.isNaN(value));
    const [least, most] = [Math.min(...known), Math.max(...known)];
    return {
      axis: { id, name, format, logarithmic: least > 0 && most / least > 30, categories: null },
      places: [...values],
    };
  }
  const words = values.map(word);
  const categories = [...new Set(words)];
  return {
    axis: { id, name, format, logarithmic: false, categories },
    places: words.map((each) => categories.indexOf(each)),
  };
}

/** Runs, and the settings in which they differ: a value for each run, in their order. */
export interface Differences {
  readonly runs: readonly string[];
  readonly settings: readonly DifferingSetting[];
}

/**
 * Trainings as lines through the settings in which they differ, then what they sent and what they reached; those of a
 * family as one line of their means, or every one for itself.
 */
export function parallelOf(
  trainings: readonly TrainingData[],
  { runs, settings }: Differences,
  seedsTogether: boolean,
  looks?: Looks,
  chosen: readonly string[] | null = null,
): ParallelData {
  const lookOf = lookIndex(trainings, looks);
  const lines = new Map<string, TrainingData[]>();
  for (const each of trainings) {
    const label = seedsTogether ? each.family : each.label;
    lines.set(label, [...(lines.get(label) ?? []), each]);
  }
  const place = new Map(runs.map((id, i) => [id, i]));
  const setting = ({ path, values }: DifferingSetting): ReturnType<typeof parallelAxis> => {
    const own = [...lines.values()].map(([{ run }]) => values[place.get(run) ?? -1]);
    return parallelAxis(path, shortName(path, settings), own, String, formatSetting);
  };
  const means = (of: (epochs: TrainingData['epochs']) => number): number[] =>
    [...lines.values()].map((members) => mean(members.flatMap(({ epochs }) => (epochs.length > 0 ? of(epochs) : []))));
  const budgets = [...lines.values()].map(([{ budget }]) => budget);
  // Pairs of one run differ in no setting but in their budget.
  const ofPairs =
    new Set(trainings.map(({ run, budget }) => `${run} ${budget}`)).size >
    new Set(trainings.map(({ run }) => run)).size;
  const all = [
    ...settings.map(setting),
    ...(ofPairs
      ? [
          parallelAxis(
            'budget',
            'budget',
            budgets.map((budget) => budget ?? 'full'),
          ),
        ]
      : []),
    parallelAxis(
      'traffic',
      'traffic',
      means((epochs) => bytesBy(epochs.at(-1))),
      formatBytes,
    ),
    parallelAxis('best accuracy', 'best accuracy', means(bestAccuracy), formatPercent),
  ];
  const columns = chosenAxes(all, chosen);
  return {
    axes: columns.map(({ axis }) => axis),
    offered: all.map(({ axis: { id, name } }) => ({ id, name })),
    rows: [...lines].map(([label, [{ id, family }]], row) => ({
      id,
      label,
      look: lookOf(id, family),
      values: columns.map(({ places }) => places[row]),
    })),
  };
}

/** More than these cannot be read beside one another, unless they are asked for. */
const usualAxes = 8;

/** The axes asked for, in that order; unless they are the first settings, as many as are legible, and the results. */
function chosenAxes<T extends { readonly axis: ParallelAxis }>(
  all: readonly T[],
  chosen: readonly string[] | null,
): T[] {
  if (!chosen) return all.length <= usualAxes ? [...all] : [...all.slice(0, usualAxes - 2), ...all.slice(-2)];
  return chosen.flatMap((id) => all.find(({ axis }) => axis.id === id) ?? []);
}

/** How a value stands on an axis. */
export function formatParallel({ categories, format }: ParallelAxis, value: number): string {
  if (Number.isNaN(value)) return '–';
  return categories ? (categories[value] ?? '–') : format(value);
}

/** NaN of nothing. */
function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a long path its last part, where no other ends with it. */
function shortName(path: string, settings: readonly DifferingSetting[]): string {
  const last = path.slice(path.lastIndexOf('.') + 1);
  const alike = settings.filter((other) => other.path === last || other.path.endsWith(`.${last}`));
  return path.length > 14 && alike.length === 1 ? last : path;
}
