import { SluiceError } from '../errors.ts';
import { sluiceHome } from '../home.ts';
import type { RunSummary } from '../api.ts';
import { openSummaries } from '../lab/runs/summaries.ts';
import { readSettings } from '../lab/settings/settings.ts';
import { isMeasured, isOrdered } from '../listing/cells.ts';
import { cellText, columnNamed, columnNames, type RunColumn } from '../listing/columns.ts';
import { filterRuns, readFilter, type Found } from '../listing/filter/filter.ts';
import { bySettings, groupRuns, groupText, sortGroups, sortRuns, type RunSorting } from '../listing/groups.ts';
import { namesApart, shortenName } from '../listing/names.ts';
import { projectsOf } from '../listing/projects.ts';
import { readSorting, type ListView, type SavedView } from '../listing/view.ts';
import { nearest } from '../near.ts';
import { runNumber, type Run } from '../runs/store/run.ts';
import { statusNow, type Store } from '../runs/store/store.ts';
import { formatDate, note, print, tableLines } from './format.ts';

/** How `list` is to look at the runs. */
export interface ListOptions {
  readonly where?: string;
  readonly columns?: string;
  readonly sort?: string;
  readonly group?: string;
  readonly view?: string;
  readonly project?: string;
  readonly allProjects?: boolean;
}

const usual: ListView = {
  where: '',
  columns: ['seed', 'epochs', 'best', 'last', 'bytes', 'created'],
  widths: {},
  sort: { column: 'number', descending: false },
  group: '',
};

const longestName = 32;
const date = (at: number): string => formatDate(new Date(at));

/** Prints the runs that options and view ask for. Throws `bad-filter`, `column-unknown`, `view-unknown`, `project-unknown`. */
export function listRuns(store: Store, options: ListOptions): void {
  const all = summariesOf(store);
  if (all.length === 0) {
    print('There are no runs yet. "sluice run quickstart" makes three.');
    return;
  }
  const settings = readSettings(sluiceHome());
  const view = viewOf(options, settings.views);
  const project = projectOf(options, projectsOf(all, settings.project), settings.project);
  const found = whereFits(all, view.where, project);
  const columns = view.columns.map(columnCalled);
  if (found.runs.length > 0)
    print(view.group === '' ? runLines(found.runs, columns, view) : groupLines(found.runs, columns, view));
  else print('No run fits.');
  noteRest(found, project);
}

/** All runs as lists show them. */
export function summariesOf(store: Store): RunSummary[] {
  const dead = store.list().filter((run: Run) => statusNow(store, run) !== run.status);
  return openSummaries(store, new Set(dead.map(({ id }) => id))).all();
}

/** Those that fit a filter. Throws `bad-filter`, with the place under the filter. */
export function whereFits(all: readonly RunSummary[], where: string, project: string | null): Found {
  const filter = readFilter(where);
  if (!filter.problem) return filterRuns(all, filter, { project });
  const { text, at, end } = filter.problem;
  const under = `${' '.repeat(at)}${'^'.repeat(Math.max(1, end - at))}`;
  throw new SluiceError('bad-filter', `The filter cannot be read. ${text}\n  ${where}\n  ${under}`, { path: 'where' });
}

function viewOf({ view: name, where, columns, sort, group }: ListOptions, saved: readonly SavedView[]): ListView {
  const from = name === undefined ? usual : viewNamed(name, saved);
  return {
    ...from,
    where: where ?? from.where,
    columns: columns === undefined ? from.columns : columns.split(',').map((each) => each.trim()),
    sort: sort === undefined ? from.sort : sortingOf(sort),
    group: group === undefined || group === bySettings ? (group ?? from.group) : columnCalled(group).name,
  };
}

function viewNamed(name: string, saved: readonly SavedView[]): ListView {
  const view = saved.find((each) => each.name === name);
  if (view) return view;
  throw unknown(
    'view',
    name,
    saved.map((each) => each.name),
    'Views are saved on the Home page of the lab.',
  );
}

function projectOf({ project, allProjects }: ListOptions, there: readonly string[], current: string): string | null {
  if (allProjects) return null;
  if (project === undefined || there.includes(project)) return project ?? current;
  throw unknown('project', project, there, `There are: ${there.join(', ')}.`);
}

function sortingOf(text: string): RunSorting {
  columnCalled(text.replace(/^-/, ''));
  return readSorting(text);
}

function columnCalled(name: string): RunColumn {
  const column = columnNamed(name);
  if (column) return column;
  throw unknown('column', name, columnNames(), '"sluice list --help" names them.');
}

function unknown(kind: string, name: string, there: readonly string[], otherwise: string): SluiceError {
  const meant = nearest(name, there);
  const hint = meant === undefined ? otherwise : `Did you mean "${meant}"?`;
  return new SluiceError(`${kind}-unknown`, `There is no ${kind} "${name}". ${hint}`, { path: kind });
}

function runLines(runs: readonly RunSummary[], chosen: readonly RunColumn[], { sort }: ListView): string[] {
  const names = namesApart(runs, chosen);
  const fixed = ['number', 'name', 'status'].map((name) => columnNamed(name)!);
  const columns = [...fixed, ...chosen.filter((column) => !fixed.includes(column))];
  const rows = sortRuns(runs, sort).map((run) =>
    columns.map((column) => {
      if (column.name !== 'name') return cellText(column, run, date);
      const name = names.get(run.id)!;
      return `${shortenName(name, longestName)}${name.settings === '' ? '' : `, ${name.settings}`}`;
    }),
  );
  return tableLines({ columns: columns.map(titled), rows });
}

function groupLines(runs: readonly RunSummary[], chosen: readonly RunColumn[], { sort, group }: ListView): string[] {
  const columns = [columnNamed('status')!, ...chosen.filter(({ name }) => name !== 'status')];
  const titles = [
    { title: 'runs', align: 'right' as const },
    { title: 'group', align: 'left' as const },
    ...columns.map(titled),
  ];
  const rows = sortGroups(groupRuns(runs, group, date), sort).map((each) => [
    String(each.runs.length),
    each.label,
    ...columns.map((column) => groupText(column, each, date)),
  ]);
  return tableLines({ columns: titles, rows });
}

function titled({ label, kind }: RunColumn): { readonly title: string; readonly align: 'left' | 'right' } {
  return { title: label.toLowerCase(), align: isOrdered(kind) || isMeasured(kind) ? 'right' : 'left' };
}

/** What is not listed though it fits. */
function noteRest({ archived, elsewhere }: Found, project: string | null): void {
  const [put, others] = [`${archived} archived`, `${elsewhere} of projects other than ${project}`];
  if (archived > 0) note(`\n${put} ${archived === 1 ? 'fits' : 'fit'}, too: add archived = yes to --where.`);
  if (elsewhere > 0) note(`\n${others} ${elsewhere === 1 ? 'fits' : 'fit'}, too: --all-projects lists them.`);
}

/** What is left out of runs that go on, or went on, without some of their sources. */
export function noteDropped(runs: readonly Run[]): void {
  for (const run of runs.filter(({ dropped }) => dropped.length > 0)) note(`Run ${runNumber(run)}: ${leftOut(run)}.`);
}

/** What a run lacks that goes on, or went on, without some of its sources. */
export function leftOut({ dropped, experiment: { sources } }: Run): string {
  const names = dropped.map((source) => source + 1).join(', ');
  return `${dropped.length} of ${sources.count} sources died too often and are left out (${names})`;
}
