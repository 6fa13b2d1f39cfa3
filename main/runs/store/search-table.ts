import { nearest } from '../../near.ts';
import { SluiceError } from '../../errors.ts';
import type { Experiment, ExperimentInput } from '../experiment/experiment.ts';
import type { Database } from './database.ts';
import type { Run } from './run.ts';
import type { RunTable } from './run-table.ts';
import { baseName } from './select.ts';

/** `running` goes on as long as something executes it; `ended` has nothing left to do. */
export type SearchState = 'running' | 'paused' | 'ended';

/** A search as it was asked for. What it has found stands in the records of its runs. */
export interface SearchRow {
  /** Also the group of its runs. */
  readonly id: string;
  readonly project: string;
  /** With its `search`. */
  readonly experiment: ExperimentInput;
  readonly state: SearchState;
  /** Whether the lab executes it; a terminal does otherwise. */
  readonly inLab: boolean;
  readonly createdAt: number;
}

/** A point of a search that was begun. */
export interface TrialRow {
  /** Of its point, in the order they are drawn. */
  readonly number: number;
  /** Null once that was deleted. */
  readonly run: string | null;
  /** The rung it was last sent to. */
  readonly rung: number;
}

export interface SearchTable {
  addSearch(search: Omit<SearchRow, 'state' | 'createdAt'>): SearchRow;
  /** Oldest first. */
  searches(): SearchRow[];
  /** That of an id, or the last of a name. Throws `search-unknown`. */
  findSearch(reference: string): SearchRow;
  changeSearch(id: string, changes: Partial<Pick<SearchRow, 'state' | 'inLab'>>): void;
  /** Forgets a search; its runs stay. */
  deleteSearch(id: string): void;
  trials(search: string): TrialRow[];
  /** Begins a point: makes its run, which is queued, and sends it to a rung. */
  beginTrial(search: SearchRow, number: number, rung: number, experiment: Experiment): Run;
  sendTrial(search: string, number: number, rung: number): void;
}

interface Row extends Omit<SearchRow, 'experiment' | 'inLab'> {
  readonly experiment: string;
  readonly inLab: number;
}

const columns = 'id, project, experiment, state, inLab, createdAt';

export function searchTable(database: Database, { create }: Pick<RunTable, 'create'>): SearchTable {
  const searches = (): SearchRow[] =>
    database.all<Row>(`SELECT ${columns} FROM searches ORDER BY createdAt, id`).map(toSearch);
  const find = (reference: string): SearchRow => {
    const all = searches();
    const found = all.find(({ id }) => id === reference) ?? all.findLast(({ id }) => baseName(id) === reference);
    if (found) return found;
    const meant = nearest(
      reference,
      all.map(({ id }) => baseName(id)),
    );
    const hint = meant === undefined ? '"sluice search --list" shows those there are.' : `Did you mean "${meant}"?`;
    throw new SluiceError('search-unknown', `There is no search "${reference}". ${hint}`);
  };
  return {
    searches,
    findSearch: find,
    addSearch: ({ id, project, experiment, inLab }) => {
      const sql = `INSERT INTO searches (${columns}) VALUES (?, ?, ?, 'running', ?, ?)`;
      database.run(sql, id, project, JSON.stringify(experiment), Number(inLab), Date.now());
      return find(id);
    },
    changeSearch: (id, { state, inLab }) => {
      if (state) database.run('UPDATE searches SET state = ? WHERE id = ?', state, id);
      if (inLab !== undefined) database.run('UPDATE searches SET inLab = ? WHERE id = ?', Number(inLab), id);
    },
    deleteSearch: (id) => {
      database.run('DELETE FROM searches WHERE id = ?', id);
    },
    trials: (search) =>
      database.all<TrialRow>('SELECT number, run, rung FROM trials WHERE search = ? ORDER BY number', search),
    beginTrial: ({ id, project }, number, rung, experiment) =>
      database.transaction(() => {
        const run = create(experiment, experiment.seeds[0], id, project);
        database.run('INSERT INTO trials (search, number, run, rung) VALUES (?, ?, ?, ?)', id, number, run.id, rung);
        return run;
      }),
    sendTrial: (search, number, rung) => {
      database.run('UPDATE trials SET rung = ? WHERE search = ? AND number = ?', rung, search, number);
    },
  };
}

function toSearch(row: Row): SearchRow {
  return { ...row, experiment: JSON.parse(row.experiment) as ExperimentInput, inLab: row.inLab === 1 };
}
