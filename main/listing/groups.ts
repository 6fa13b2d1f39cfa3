import type { RunSummary } from '../api/runs.ts';
import { settingsKey } from '../charts/differing.ts';
import { spreadOf } from '../charts/comparison/spread.ts';
import { isMeasured, type Cell } from './cells.ts';
import { cellsOf, cellText, columnNamed, orderOf, writeCell, type RunColumn } from './columns.ts';
import { namesApart, type ShownName } from './names.ts';
import { inOrderOf, type Key } from './order.ts';

/** Runs that are folded into one row. */
export interface RunGroup {
  /** Unique among the groups it was made with. */
  readonly key: string;
  /** What its runs have in common. */
  readonly label: string;
  readonly runs: readonly RunSummary[];
}

/** Groups by everything but the seed; otherwise they go by a column. */
export const bySettings = 'settings';

/** The runs in groups of those that have the same in a column, or are set the same but for their seeds. In the order of the first of each. */
export function groupRuns(runs: readonly RunSummary[], by: string, date: (at: number) => string): RunGroup[] {
  const column = columnNamed(by);
  const groups = new Map<string, RunSummary[]>();
  for (const run of runs) {
    const key = column ? JSON.stringify(keyOf(column, run)) : settingsOf(run);
    const group = groups.get(key);
    if (group) group.push(run);
    else groups.set(key, [run]);
  }
  const named = column ? null : namesApart([...groups.values()].map(([first]) => ({ ...first, seed: 0 })));
  return [...groups].map(([key, members]) => ({
    key,
    label: column ? labelOf(column, members[0], date) : labelBySettings(named?.get(members[0].id)),
    runs: members,
  }));
}

function labelBySettings(shown: ShownName | undefined): string {
  return shown ? [shown.head + shown.tail, shown.settings].filter(Boolean).join(', ') : '';
}

function keyOf(column: RunColumn, run: RunSummary): readonly (Cell | string)[] {
  return cellsOf(column, run).map((cell) => (cell === Infinity ? 'full' : cell));
}

function labelOf(column: RunColumn, run: RunSummary, date: (at: number) => string): string {
  const text = cellText(column, run, date);
  return column.name === 'launch' || column.name === 'name' ? text : `${column.label}: ${text === '' ? '–' : text}`;
}

const settingKeys = new WeakMap<object, string>();

function settingsOf({ name, experiment }: RunSummary): string {
  const known = settingKeys.get(experiment) ?? settingsKey(experiment);
  settingKeys.set(experiment, known);
  return `${name} ${known}`;
}

/** What a group shows in a column: its mean and standard deviation, what all have in common, or how many things there are. */
export function groupText(column: RunColumn, { runs }: RunGroup, date: (at: number) => string): string {
  if (column.name === 'status') return statusText(runs);
  const texts = new Set(runs.map((run) => cellText(column, run, date)));
  if (texts.size === 1) return [...texts][0];
  if (!isMeasured(column.kind) || column.name === 'seed' || column.name === 'number') return `${texts.size} different`;
  const kin = new Set(runs.map((run) => column.kin?.(run)));
  if (kin.size > 1) return `at ${kin.size} budgets`;
  const spread = spreadOf(runs.map((run) => numberOf(column, run)));
  if (!spread) return '–';
  const mean = writeMean(column, spread.mean);
  return spread.deviation === null ? mean : withDeviation(mean, writeMean(column, spread.deviation));
}

/** Of settings three digits will do, as they are no whole numbers any more. */
function writeMean(column: RunColumn, value: number): string {
  const isPlain = column.kind === 'number' && !column.format;
  return isPlain ? String(Number(value.toPrecision(3))) : writeCell(column, value);
}

/** The unit once, where both have the same: `83.4 ± 0.4 %`. */
function withDeviation(mean: string, deviation: string): string {
  const [, unit = ''] = / (\S+)$/.exec(deviation) ?? [];
  const isSame = unit !== '' && mean.endsWith(` ${unit}`);
  return `${isSame ? mean.slice(0, -unit.length - 1) : mean} ± ${deviation}`;
}

function statusText(runs: readonly RunSummary[]): string {
  const counts = new Map<string, number>();
  for (const { status } of runs) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => (counts.size === 1 ? status : `${count} ${status}`)).join(', ');
}

function numberOf(column: RunColumn, run: RunSummary): number | null {
  const key = orderOf(column, run);
  return typeof key === 'number' ? key : null;
}

/** What a group is sorted by in a column: its mean, or what its first run has. */
export function groupOrder(column: RunColumn, { runs }: RunGroup): Key {
  if (!isMeasured(column.kind)) return orderOf(column, runs[0]);
  return spreadOf(runs.map((run) => numberOf(column, run)))?.mean ?? null;
}

export interface RunSorting {
  readonly column: string;
  readonly descending: boolean;
}

/** Runs by what they have in a column; in the order given where there is no such column. */
export function sortRuns(runs: readonly RunSummary[], { column: name, descending }: RunSorting): readonly RunSummary[] {
  const column = columnNamed(name);
  return column ? inOrderOf(runs, (run) => orderOf(column, run), descending) : runs;
}

/** Groups by their means in a column, and the runs of each by what they have there. */
export function sortGroups(groups: readonly RunGroup[], sorting: RunSorting): readonly RunGroup[] {
  const column = columnNamed(sorting.column);
  if (!column) return groups;
  const sorted = groups.map((group) => ({ ...group, runs: sortRuns(group.runs, sorting) }));
  return inOrderOf(sorted, (group) => groupOrder(column, group), sorting.descending);
}
