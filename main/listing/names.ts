import type { RunSummary } from '../api/runs.ts';
import { differingSettings, formatSetting } from '../charts/differing.ts';
import { columnNamed, type RunColumn } from './columns.ts';

/** What tells a run from the others in its list. */
export interface ShownName {
  /** The name up to where others are alike: what may be left out first. */
  readonly head: string;
  readonly tail: string;
  /** What runs of this name are set to differently, such as `lr 0.01, seed 2`; none for one that has its name alone. */
  readonly settings: string;
}

/** Of what differs from run to run so much is shown, the rest is in columns. */
const mostSettings = 4;

/** How the runs of a list are called so that they can be told apart, by id; `beside` are columns that tell what they have. */
export function namesApart(runs: readonly RunSummary[], beside: readonly RunColumn[] = []): Map<string, ShownName> {
  const named = new Map<string, RunSummary[]>();
  for (const run of runs) {
    const same = named.get(run.name);
    if (same) same.push(run);
    else named.set(run.name, [run]);
  }
  const heads = headsOf([...named.keys()]);
  const shown = new Map<string, ShownName>();
  for (const [name, same] of named) {
    const settings = settingsApart(same, new Set(beside));
    const head = heads.get(name)!;
    same.forEach(({ id }, i) => {
      shown.set(id, { head: name.slice(0, head), tail: name.slice(head), settings: settings[i] });
    });
  }
  return shown;
}

/** How much of each name others have as well, to the beginning of the word in which they part. */
function headsOf(names: readonly string[]): Map<string, number> {
  const sorted = names.toSorted();
  return new Map(
    sorted.map((name, i) => {
      const common = Math.max(shared(name, sorted[i - 1]), shared(name, sorted[i + 1]));
      const start = name.slice(0, common).search(/[^\s,;/_-]*$/);
      return [name, start] as const;
    }),
  );
}

function shared(a: string, b: string | undefined): number {
  let length = 0;
  while (b !== undefined && length < a.length && a[length] === b[length]) length++;
  return length;
}

/** For each of some runs with one name the settings in which they differ. */
function settingsApart(runs: readonly RunSummary[], beside: ReadonlySet<RunColumn | undefined>): string[] {
  if (runs.length === 1) return [''];
  const differing = differingSettings(runs.map(({ experiment, seed }) => ({ ...experiment, seed })));
  const parts = differing.filter(({ path }) => !beside.has(columnNamed(path))).slice(0, mostSettings);
  return runs.map((_, i) =>
    parts.map(({ path, values }) => `${shortName(path)} ${formatSetting(values[i])}`).join(', '),
  );
}

/** A setting as briefly as people call it: the shortest of its column's names that is a word. */
function shortName(path: string): string {
  const column = columnNamed(path);
  const names = (column?.aliases ?? []).filter((name) => name.length > 1);
  return names.toSorted((a, b) => a.length - b.length)[0] ?? path;
}

/** A name in so many characters: what is left out is in the middle, before what tells it from others. */
export function shortenName({ head, tail }: Pick<ShownName, 'head' | 'tail'>, width: number): string {
  if (head.length + tail.length <= width) return head + tail;
  if (tail.length >= width - 1) return `…${tail.slice(0, width - 2)}…`;
  return `${head.slice(0, width - tail.length - 1)}…${tail}`;
}
