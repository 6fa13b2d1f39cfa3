import { isActive, type RunSummary } from '../api/runs.ts';
import { formatCell, type Cell, type Kind } from './cells.ts';
import { resultColumns } from './result-columns.ts';
import { settingColumns } from './setting-columns.ts';
import { launchText } from './when.ts';

/** A column of a list of runs: what it holds, how it is called in filters, and how it is shown. */
export interface RunColumn {
  /** By which filters, views and the command line call it. */
  readonly name: string;
  /** Other names for it. */
  readonly aliases?: readonly string[];
  readonly label: string;
  readonly part: 'run' | 'result' | 'setting';
  readonly kind: Kind;
  /** Several for what a run has a list of, such as tags: a filter asks whether one of them fits. */
  readonly value: (run: RunSummary) => Cell | readonly Cell[];
  /** How a cell is written, where that of the kind will not do. */
  readonly text?: (run: RunSummary) => string;
  /** How one value is written, such as a mean. */
  readonly format?: (value: number) => string;
  /** Only values of runs for which this is the same have a mean. */
  readonly kin?: (run: RunSummary) => string;
  /** As of a grid track. */
  readonly width?: string;
  /** Always there. */
  readonly fixed?: boolean;
  /** There until others are chosen. */
  readonly usual?: boolean;
  /** Sorted from most to least at the first click. */
  readonly mostFirst?: boolean;
  readonly help?: string;
}

const aboutRuns: readonly RunColumn[] = [
  {
    name: 'number',
    label: '#',
    part: 'run',
    kind: 'number',
    value: ({ number }) => number,
    width: '56px',
    fixed: true,
    mostFirst: true,
    help: 'Number of the run',
  },
  {
    name: 'name',
    label: 'Name',
    part: 'run',
    kind: 'text',
    value: ({ name }) => name,
    width: 'minmax(200px, 2fr)',
    fixed: true,
  },
  {
    name: 'status',
    label: 'Status',
    part: 'run',
    kind: 'text',
    value: ({ status }) => status,
    width: '106px',
    fixed: true,
    help: 'queued, running, paused, finished, stopped, failed or interrupted',
  },
  {
    name: 'active',
    label: 'Active',
    part: 'run',
    kind: 'yes',
    value: isActive,
    help: 'In training, paused or waiting',
  },
  { name: 'project', label: 'Project', part: 'run', kind: 'text', value: ({ project }) => project },
  {
    name: 'launch',
    aliases: ['group'],
    label: 'Launch',
    part: 'run',
    kind: 'text',
    value: ({ group }) => group,
    text: ({ group }) => launchText(group),
    width: 'minmax(176px, 0.8fr)',
    help: 'What was launched together',
  },
  {
    name: 'trainedOn',
    label: 'Trained on',
    part: 'run',
    kind: 'text',
    value: ({ dataset, model }) => `${model}, ${dataset}`,
    width: 'minmax(124px, 0.7fr)',
    usual: true,
  },
  { name: 'seed', label: 'Seed', part: 'run', kind: 'number', value: ({ seed }) => seed, width: '68px' },
  {
    name: 'tags',
    aliases: ['tag'],
    label: 'Tags',
    part: 'run',
    kind: 'text',
    value: ({ tags }) => tags,
    width: 'minmax(96px, 1fr)',
    usual: true,
  },
  {
    name: 'created',
    label: 'Created',
    part: 'run',
    kind: 'date',
    value: ({ createdAt }) => createdAt,
    width: '104px',
    usual: true,
    mostFirst: true,
  },
  { name: 'started', label: 'Started', part: 'run', kind: 'date', value: ({ startedAt }) => startedAt, width: '104px' },
  { name: 'ended', label: 'Ended', part: 'run', kind: 'date', value: ({ endedAt }) => endedAt, width: '104px' },
  {
    name: 'archived',
    label: 'Archived',
    part: 'run',
    kind: 'yes',
    value: ({ archived }) => archived,
    help: 'Archived runs are listed where a filter speaks of it',
  },
  {
    name: 'computedBy',
    label: 'Computed by',
    part: 'run',
    kind: 'text',
    value: ({ engine }) => engine,
    width: 'minmax(120px, 1fr)',
    help: 'Engine, device and threads of the data sources',
  },
  {
    name: 'serverComputedBy',
    label: 'Server computed by',
    part: 'run',
    kind: 'text',
    value: ({ serverEngine }) => serverEngine,
    width: 'minmax(120px, 1fr)',
  },
  {
    name: 'error',
    label: 'Error',
    part: 'run',
    kind: 'text',
    value: ({ error }) => error,
    width: 'minmax(120px, 1fr)',
    help: 'What ended a run that failed',
  },
];

/** In the order in which tables have them. */
export const runColumns: readonly RunColumn[] = [
  ...aboutRuns.filter(({ fixed }) => fixed),
  ...resultColumns,
  ...settingColumns,
  ...aboutRuns.filter(({ fixed }) => !fixed),
];

/** The name of a column that is shortest to read: settings are else called by their path. */
export function briefName({ name, aliases = [], part }: RunColumn): string {
  return part === 'setting' ? (aliases[0] ?? name) : name;
}

const byName = new Map(
  runColumns.flatMap((column) =>
    [column.name, ...(column.aliases ?? [])].map((name) => [name.toLowerCase(), column] as const),
  ),
);

/** The column of a name or of another name for it, however it is spelled. */
export function columnNamed(name: string): RunColumn | undefined {
  return byName.get(name.toLowerCase());
}

/** All names that columns go by. */
export function columnNames(): string[] {
  return [...byName.values()].flatMap(({ name, aliases = [] }) => [name, ...aliases]);
}

/** What a run has in a column: none, one or several. */
export function cellsOf({ value }: Pick<RunColumn, 'value'>, run: RunSummary): readonly Cell[] {
  const cells = value(run);
  return Array.isArray(cells) ? (cells as readonly Cell[]) : [cells as Cell];
}

/** One value as the column writes it. */
export function writeCell({ kind, format }: RunColumn, value: Cell): string {
  return format && typeof value === 'number' ? format(value) : formatCell(kind, value);
}

/** What a run shows in a column; `date` writes times. */
export function cellText(column: RunColumn, run: RunSummary, date: (at: number) => string): string {
  if (column.text) return column.text(run);
  const cells = cellsOf(column, run);
  if (column.kind === 'date' && typeof cells[0] === 'number') return date(cells[0]);
  const joint = column.kind === 'budget' ? ' → ' : ', ';
  return cells.map((cell) => writeCell(column, cell)).join(joint);
}

/** What runs are sorted by in a column. */
export function orderOf(column: RunColumn, run: RunSummary): string | number | null {
  const [first = null] = cellsOf(column, run);
  return typeof first === 'boolean' ? Number(first) : first;
}
