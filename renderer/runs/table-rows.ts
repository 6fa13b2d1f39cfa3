import type { RunSummary } from '../../main/api.ts';
import { isMeasured, isOrdered } from '../../main/listing/cells.ts';
import { cellText, columnNamed, orderOf, runColumns, type RunColumn } from '../../main/listing/columns.ts';
import { groupOrder, groupRuns, groupText, sortGroups, sortRuns, type RunGroup } from '../../main/listing/groups.ts';
import type { ListView } from '../../main/listing/view.ts';
import { whenText } from '../../main/listing/when.ts';
import type { Column } from '../components/table.ts';

/** A row of a table of runs: one run, or a group that others are folded into. */
export type TableRow =
  | { readonly kind: 'run'; readonly id: string; readonly run: RunSummary; readonly inGroup: boolean }
  | { readonly kind: 'group'; readonly id: string; readonly group: RunGroup };

/** The rows of a view: the runs in its order, or its groups, each followed by its runs where it is unfolded. */
export function rowsOf(
  runs: readonly RunSummary[],
  { sort, group: by }: Pick<ListView, 'sort' | 'group'>,
  unfolded: ReadonlySet<string>,
): readonly TableRow[] {
  if (by === '') return sortRuns(runs, sort).map((run) => runRow(run, false));
  return sortGroups(groupRuns(runs, by, whenText), sort).flatMap((group): TableRow[] => {
    const id = `group ${group.key}`;
    const members = unfolded.has(id) ? group.runs.map((run) => runRow(run, true)) : [];
    return [{ kind: 'group', id, group }, ...members];
  });
}

function runRow(run: RunSummary, inGroup: boolean): TableRow {
  return { kind: 'run', id: run.id, run, inGroup };
}

/** Ids of the runs that a row stands for. */
export function runsOfRow(row: TableRow): readonly string[] {
  return row.kind === 'run' ? [row.run.id] : row.group.runs.map(({ id }) => id);
}

export function rowLabel(row: TableRow): string {
  if (row.kind === 'run') return `${row.run.name}, run ${row.run.number}`;
  const { label, runs } = row.group;
  return `${label}, ${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`;
}

/** The columns of a view: those that are always there, then those chosen. */
export function shownColumns({ columns, group }: Pick<ListView, 'columns' | 'group'>): Column<TableRow>[] {
  const fixed = runColumns.filter((column) => column.fixed);
  const chosen = columns.flatMap((name) => columnNamed(name) ?? []);
  return [...fixed, ...chosen.filter((column) => !column.fixed)].map((column) => tableColumn(column, group !== ''));
}

function tableColumn(column: RunColumn, grouped: boolean): Column<TableRow> {
  const { name, label, kind, help, mostFirst } = column;
  const measured = isMeasured(kind) && name !== 'number' && name !== 'seed';
  const usual = column.width ?? (isOrdered(kind) ? '96px' : 'minmax(104px, 0.7fr)');
  return {
    name,
    label,
    // A mean and its deviation side by side.
    width: grouped && measured ? 'minmax(128px, 0.4fr)' : usual,
    align: isOrdered(kind) && kind !== 'budget' ? 'end' : 'start',
    mostFirst,
    help,
    text: (row) => (row.kind === 'run' ? cellText(column, row.run, whenText) : groupCell(column, row.group)),
    order: (row) => (row.kind === 'run' ? orderOf(column, row.run) : groupOrder(column, row.group)),
  };
}

/** Of a group there is no number, but how many runs it has. */
function groupCell(column: RunColumn, group: RunGroup): string {
  return column.name === 'number' ? `${group.runs.length} ×` : groupText(column, group, whenText);
}
