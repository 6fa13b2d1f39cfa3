import { columnNamed, runColumns } from './columns.ts';
import { bySettings, type RunSorting } from './groups.ts';

/** How a list of runs is looked at: all of it stands in an address, so that a link shows the same. */
export interface ListView {
  /** A filter, as it was typed. */
  readonly where: string;
  /** Names of the columns that are not always there, in their order. */
  readonly columns: readonly string[];
  /** Of columns that were made wider or narrower, in pixels. */
  readonly widths: Readonly<Record<string, number>>;
  readonly sort: RunSorting;
  /** Name of the column by which runs are folded, `settings` for all but the seed; empty for single runs. */
  readonly group: string;
}

export interface SavedView extends ListView {
  readonly name: string;
}

export const usualColumns: readonly string[] = runColumns.filter(({ usual }) => usual).map(({ name }) => name);

export const usualView: ListView = {
  where: '',
  columns: usualColumns,
  widths: {},
  sort: { column: 'created', descending: true },
  group: '',
};

type Query = Readonly<Record<string, unknown>>;

const [narrowest, widest] = [40, 1200];

/** The view an address stands for; what is missing or names no column is as usual. Null for one that says nothing of it. */
export function readListView(query: Query): ListView | null {
  const text = (name: string): string | null => (typeof query[name] === 'string' ? query[name] : null);
  const [where, columns, sort, group] = ['where', 'columns', 'sort', 'group'].map(text);
  if ([where, columns, sort, group].every((given) => given === null)) return null;
  const listed = (columns ?? '').split(',').map((each) => each.split(':'));
  const known = listed.flatMap(([name, width]) => {
    const column = columnNamed(name);
    return column ? [{ name: column.name, width: Number(width ?? NaN) }] : [];
  });
  const sized = known.filter(({ width }) => width >= narrowest && width <= widest);
  return {
    where: where ?? '',
    columns: columns === null ? usualColumns : [...new Set(known.map(({ name }) => name))].filter(isChosen),
    widths: Object.fromEntries(sized.map(({ name, width }) => [name, width])),
    sort: readSorting(sort ?? ''),
    group: group === bySettings ? group : (columnNamed(group ?? '')?.name ?? ''),
  };
}

function isChosen(name: string): boolean {
  return columnNamed(name)?.fixed !== true;
}

/** `best` is from the least, `-best` from the most. */
export function readSorting(text: string): RunSorting {
  const column = columnNamed(text.replace(/^-/, ''));
  return column ? { column: column.name, descending: text.startsWith('-') } : usualView.sort;
}

/** The address of a view, as short as it can be. */
export function writeListView({ where, columns, widths, sort, group }: ListView): Record<string, string> {
  const fixed = runColumns.filter((column) => column.fixed && widths[column.name] !== undefined);
  const isUsual = columns.join() === usualColumns.join() && Object.keys(widths).length === 0;
  const listed = [...fixed.map(({ name }) => name), ...columns];
  const sorting = `${sort.descending ? '-' : ''}${sort.column}`;
  return {
    ...(where !== '' && { where }),
    ...(!isUsual && { columns: listed.map((name) => withWidth(name, widths[name])).join(',') }),
    ...(sorting !== '-created' && { sort: sorting }),
    ...(group !== '' && { group }),
  };
}

function withWidth(name: string, width: number | undefined): string {
  return width === undefined ? name : `${name}:${Math.round(width)}`;
}

/** Whether two views show the same. */
export function isSameView(a: ListView, b: ListView): boolean {
  return JSON.stringify(writeListView(a)) === JSON.stringify(writeListView(b));
}
