import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { nearest } from '../../near.ts';
import { messageOf, SluiceError } from '../../errors.ts';
import type { Database, Value } from './database.ts';
import type { Role } from '../experiment/engines.ts';
import type { Experiment } from '../experiment/experiment.ts';
import type { Halt } from '../life/halt.ts';
import { lockRun } from '../life/lock.ts';
import type { Origin, Run, RunStatus } from './run.ts';
import { runMaker } from './new-run.ts';
import { belongsTo, foldersOfRuns, renewRunFile, runFilePath } from './run-file.ts';

/**
 * What a run's user wants of it; the process that executes it looks here. `turn` is a paused run that is to go on when
 * the lab's queue has room for it.
 */
export type RunCommand = 'run' | 'turn' | 'pause' | 'stop';

/** Whether a process has to wait with what it executes. */
export function isHeld(command: RunCommand): boolean {
  return command === 'pause' || command === 'turn';
}

/** A run with a text that differs whenever something was changed of it that is not in its records or notes. */
export interface RunMark {
  readonly id: string;
  readonly status: RunStatus;
  readonly mark: string;
}

export interface Annotations {
  readonly notes: string;
  readonly tags: string[];
}

/** What people may change of a run at any time. */
export interface RunChanges {
  readonly notes?: string;
  readonly tags?: readonly string[];
  readonly name?: string;
  readonly project?: string;
  readonly archived?: boolean;
}

export interface RunTable {
  /** The folder of a run: run.json, experiment.json, records.jsonl, checkpoint/, pairs/, log.jsonl. */
  folder(id: string): string;
  /**
   * A new run, queued, with a folder that was not there before. Without a group it begins one, named after itself; without
   * a project it belongs to the first one. Its number is the next that neither a run nor a folder has.
   */
  create(experiment: Experiment, seed: number, group?: string, project?: string): Run;
  /** The same for several seeds, in a fraction of the time. All of them or none. */
  createEach(experiment: Experiment, seeds: readonly number[], group?: string, project?: string): Run[];
  /** The id of a run that is to be brought in: its folder was not there and is now, and empty. */
  reserve(name: string): string;
  /** Folders of runs that there is no row for. */
  strayFolders(): string[];
  /** Gives a run of an earlier version a uid. */
  setUid(id: string, uid: string): void;
  /** All runs, oldest first. */
  list(): Run[];
  /** The run of an id, a number, a prefix that only one id has, or `latest`. Throws `run-unknown` or `run-ambiguous`. */
  find(reference: string): Run;
  /** The run of an id. Throws `run-unknown`. */
  get(id: string): Run;
  /** All runs, oldest first, as they can be told apart from before. */
  marks(): RunMark[];
  /** Moves a run along its life cycle; throws `run-status` when it does not lead there. */
  setStatus(id: string, status: RunStatus, error?: string): Run;
  /** What computes one of its halves. */
  setEngine(id: string, role: Role, engine: string): void;
  setFingerprint(id: string, fingerprint: string): void;
  setThreads(id: string, threads: number): void;
  /** Notes the data sources that the run goes on without. */
  setDropped(id: string, sources: readonly number[]): void;
  /** Where it is to stop by itself; null: at its end. */
  halt(id: string): Halt | null;
  setHalt(id: string, halt: Halt | null): void;
  wanted(id: string): RunCommand;
  want(id: string, command: RunCommand): void;
  annotations(id: string): Annotations;
  annotate(id: string, changes: RunChanges): void;
  /** Removes a run, its records and its folder. Throws `run-busy` while it is executed. */
  delete(id: string): void;
}

/** Which statuses a run may come from. */
const cameFrom: Readonly<Record<RunStatus, readonly RunStatus[]>> = {
  queued: ['stopped', 'failed', 'interrupted'],
  running: ['queued', 'paused'],
  paused: ['running'],
  finished: ['running'],
  stopped: ['queued', 'running', 'paused'],
  failed: ['running', 'paused'],
  interrupted: ['queued', 'running', 'paused'],
};

interface RunRow extends Omit<
  Run,
  'experiment' | 'dropped' | 'archived' | 'origin' | 'createdAt' | 'startedAt' | 'endedAt'
> {
  readonly experiment: string;
  readonly dropped: string;
  readonly archived: number;
  readonly origin: string | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

const markColumns =
  'name, project, archived, status, wanted, startedAt, endedAt, engine, serverEngine, error, tags, dropped, generation';

const runColumns =
  'id, uid, name, seed, "group", project, archived, status, experiment, createdAt, startedAt, endedAt, engine, ' +
  'serverEngine, fingerprint, threads, dropped, origin, error';

export function runTable(database: Database, home: string): RunTable {
  const root = join(home, 'runs');
  const folder = (id: string): string => join(root, id);
  const { reserve, make } = runMaker(database, root);
  /** Changes a fact of a run here and in its folder. */
  const set = (id: string, column: string, value: Value): void => {
    database.run(`UPDATE runs SET ${column} = ? WHERE id = ?`, value, id);
    renew(id);
  };
  const renew = (id: string): void => renewRunFile(folder(id), byId(database, id), annotations(id));
  const annotations = (id: string): Annotations => {
    const row = database.all<{ notes: string; tags: string }>('SELECT notes, tags FROM runs WHERE id = ?', id)[0];
    return { notes: row?.notes ?? '', tags: JSON.parse(row?.tags ?? '[]') as string[] };
  };
  const list = (): Run[] => database.all<RunRow>(`SELECT ${runColumns} FROM runs ORDER BY number`).map(toRun);
  return {
    folder,
    create: (experiment, seed, group, project) => byId(database, make(experiment, [seed], group, project)[0]),
    createEach: (experiment, seeds, group, project) =>
      make(experiment, seeds, group, project).map((id) => byId(database, id)),
    reserve,
    strayFolders: () => {
      const known = new Set(list().map(({ id }) => id));
      return foldersOfRuns(root).filter((path) => !known.has(basename(path)));
    },
    list,
    find: (reference) => findAmong(list(), reference),
    get: (id) => byId(database, id),
    marks: () =>
      database.all<RunMark>(`SELECT id, status, json_array(${markColumns}) AS mark FROM runs ORDER BY number`),
    setStatus: (id, status, error) => database.transaction(() => move(database, byId(database, id), status, error)),
    setUid: (id, uid) => set(id, 'uid', uid),
    setEngine: (id, role, engine) => set(id, role === 'client' ? 'engine' : 'serverEngine', engine),
    setFingerprint: (id, fingerprint) => set(id, 'fingerprint', fingerprint),
    setThreads: (id, threads) => set(id, 'threads', threads),
    setDropped: (id, sources) => set(id, 'dropped', JSON.stringify(sources.toSorted((a, b) => a - b))),
    halt: (id) => {
      const text = database.all<{ halt: string | null }>('SELECT halt FROM runs WHERE id = ?', id)[0]?.halt ?? null;
      return text === null ? null : (JSON.parse(text) as Halt);
    },
    setHalt: (id, halt) => {
      database.run('UPDATE runs SET halt = ? WHERE id = ?', halt && JSON.stringify(halt), id);
    },
    wanted: (id) =>
      database.all<{ wanted: RunCommand }>('SELECT wanted FROM runs WHERE id = ?', id)[0]?.wanted ?? 'stop',
    want: (id, command) => {
      database.run('UPDATE runs SET wanted = ? WHERE id = ?', command, id);
    },
    annotations,
    annotate: (id, changes) => {
      change(database, id, changes);
      renew(id);
    },
    delete: (id) => {
      const lock = lockRun(folder(id), 0);
      if (!lock) throw new SluiceError('run-busy', `Run ${id} is being executed. Stop it first: sluice stop ${id}`);
      lock.release();
      const own = belongsTo(folder(id), byId(database, id));
      database.run('DELETE FROM runs WHERE id = ?', id);
      if (!own) return;
      // First what it would be known by as a run: a folder that cannot be removed at once is not to be adopted.
      rmSync(runFilePath(folder(id)), { force: true });
      rmSync(folder(id), { recursive: true, force: true });
    },
  };
}

/** A name is that of the settings, too, so that what is designed from the run has it. */
function change(database: Database, id: string, { notes, tags, name, project, archived }: RunChanges): void {
  const values: Readonly<Record<string, Value | undefined>> = {
    notes,
    tags: tags && JSON.stringify([...new Set(tags)]),
    name,
    experiment: name === undefined ? undefined : JSON.stringify({ ...byId(database, id).experiment, name }),
    project,
    archived: archived === undefined ? undefined : Number(archived),
  };
  const given = Object.entries(values).flatMap(([column, value]) =>
    value === undefined ? [] : [[column, value] as const],
  );
  if (given.length === 0) return;
  const sets = given.map(([column]) => `${column} = ?`).join(', ');
  database.run(`UPDATE runs SET ${sets} WHERE id = ?`, ...given.map(([, value]) => value), id);
}

function byId(database: Database, id: string): Run {
  const row = database.all<RunRow>(`SELECT ${runColumns} FROM runs WHERE id = ?`, id)[0];
  if (!row) throw new SluiceError('run-unknown', `There is no run "${id}" any more.`);
  return toRun(row);
}

function findAmong(runs: readonly Run[], reference: string): Run {
  const latest = runs.at(-1);
  if (!latest) throw new SluiceError('run-unknown', 'There are no runs yet. Start one with "sluice run".');
  if (reference === 'latest') return latest;
  const number = /^\d+$/.test(reference) ? Number(reference) : null;
  const exact = runs.find(({ id }) => id === reference || Number.parseInt(id, 10) === number);
  if (exact) return exact;
  const matches = runs.filter(({ id }) => reference !== '' && id.startsWith(reference));
  if (matches.length > 1) {
    const shown = matches.slice(0, 5).map(({ id }) => id);
    const message = `"${reference}" begins the ids of ${matches.length} runs (${shown.join(', ')}). Give more of it.`;
    throw new SluiceError('run-ambiguous', message);
  }
  if (!matches[0]) {
    const meant = nearest(
      reference,
      runs.map(({ id }) => id),
    );
    const hint = meant === undefined ? '"sluice list" shows the runs there are.' : `Did you mean "${meant}"?`;
    throw new SluiceError('run-unknown', `There is no run "${reference}". ${hint}`);
  }
  return matches[0];
}

function move(database: Database, run: Run, status: RunStatus, error: string | undefined): Run {
  if (!cameFrom[status].includes(run.status)) {
    throw new SluiceError('run-status', `Run ${run.id} is ${run.status}, so it cannot become ${status}.`);
  }
  const now = Date.now();
  const startedAt = run.startedAt?.getTime() ?? (status === 'running' ? now : null);
  const endedAt = status === 'finished' || status === 'stopped' || status === 'failed' ? now : null;
  const sql = 'UPDATE runs SET status = ?, error = ?, startedAt = ?, endedAt = ? WHERE id = ?';
  database.run(sql, status, error ?? null, startedAt, endedAt, run.id);
  return byId(database, run.id);
}

function toRun(row: RunRow): Run {
  return {
    ...row,
    experiment: settingsOf(row),
    archived: row.archived === 1,
    dropped: JSON.parse(row.dropped) as number[],
    origin: row.origin === null ? null : (JSON.parse(row.origin) as Origin),
    createdAt: new Date(row.createdAt),
    startedAt: row.startedAt === null ? null : new Date(row.startedAt),
    endedAt: row.endedAt === null ? null : new Date(row.endedAt),
  };
}

function settingsOf({ id, experiment }: RunRow): Experiment {
  try {
    return JSON.parse(experiment) as Experiment;
  } catch (cause) {
    const message =
      `The settings of run ${id} in sluice.db are damaged (${messageOf(cause)}). Move sluice.db away, with the -wal and ` +
      '-shm beside it; "sluice adopt --all" then makes a new one from the folders of the runs.';
    throw new SluiceError('store-damaged', message, { cause });
  }
}
