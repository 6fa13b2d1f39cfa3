import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fullDisk, isDiskFull } from '../../disk.ts';
import { codeOf, SluiceError } from '../../errors.ts';
import { version } from '../../version.ts';
import type { Experiment } from '../experiment/experiment.ts';
import type { Database, Value } from './database.ts';
import { writeRunFile, type RunFile } from './run-file.ts';
import { firstProject, runNumber, type Run } from './run.ts';

/** Where a run stands in its life. */
export type RunLife = Pick<Run, 'status' | 'startedAt' | 'endedAt' | 'error'>;

const unborn: RunLife = { status: 'queued', startedAt: null, endedAt: null, error: null };

export interface RunMaker {
  /** The id of a folder under `root` that was not there and is now: its number is the next that neither a run nor a folder has. */
  reserve(name: string): string;
  /**
   * Queued runs of an experiment, one for each seed, each with a folder that was not there before: their ids. All of them or
   * none, with one wait for the disk. Throws `disk-full`.
   */
  make(experiment: Experiment, seeds: readonly number[], group?: string, project?: string): string[];
}

export function runMaker(database: Database, root: string): RunMaker {
  const taken = takenNumbers(root);
  const reserve = (name: string): string => {
    mkdirSync(root, { recursive: true });
    let number = lastNumber(database) + 1;
    // A folder without a row is a run of another database: its number is not free, and its checkpoint not ours.
    while (taken.has(number) || !makeFolder(join(root, runId(number, name)))) number++;
    taken.add(number);
    return runId(number, name);
  };
  const make: RunMaker['make'] = (experiment, seeds, group, project) => {
    const made: string[] = [];
    const makeRun = (seed: number): string => {
      // A launch may have 100,000 seeds: each run knows its own.
      const own: Experiment = { ...experiment, seeds: [seed] };
      const file = newRunFile(reserve(experiment.name), own, seed, { group, project });
      const folder = join(root, file.id);
      made.push(folder);
      writeFileSync(join(folder, 'experiment.json'), `${JSON.stringify(own, null, 2)}\n`);
      writeRunFile(folder, file);
      insertRun(database, file, unborn);
      return file.id;
    };
    try {
      return database.transaction(() => seeds.map(makeRun));
    } catch (cause) {
      for (const folder of made) rmSync(folder, { recursive: true, force: true });
      throw isDiskFull(cause) ? new SluiceError('disk-full', fullDisk(root), { cause }) : cause;
    }
  };
  return { reserve, make };
}

/** Puts a run into the database. Throws `run-exists` when it is there, or another with its number. */
export function insertRun(database: Database, file: RunFile, { status, startedAt, endedAt, error }: RunLife): void {
  const number = runNumber(file);
  const sql = 'SELECT id FROM runs WHERE number = ? OR uid = ? OR id = ?';
  const other = database.all<{ id: string }>(sql, number, file.uid, file.id)[0]?.id;
  if (other !== undefined) throw runExists(file.id, other);
  const { id, uid, name, seed, group, project, engine, serverEngine, fingerprint, threads, notes } = file;
  const row: Readonly<Record<string, Value>> = {
    number,
    id,
    uid,
    name,
    seed,
    group,
    project,
    engine,
    serverEngine,
    fingerprint,
    threads,
    notes,
    status,
    error,
    wanted: 'run',
    archived: Number(file.archived),
    tags: JSON.stringify(file.tags),
    dropped: JSON.stringify(file.dropped),
    origin: file.origin && JSON.stringify(file.origin),
    experiment: JSON.stringify(file.experiment),
    createdAt: Date.parse(file.createdAt),
    startedAt: startedAt?.getTime() ?? null,
    endedAt: endedAt?.getTime() ?? null,
  };
  const names = Object.keys(row);
  const columns = names.map((column) => `"${column}"`).join(', ');
  database.run(`INSERT INTO runs (${columns}) VALUES (${names.map(() => '?').join(', ')})`, ...Object.values(row));
}

function newRunFile(
  id: string,
  experiment: Experiment,
  seed: number,
  { group = id, project = firstProject }: { readonly group?: string; readonly project?: string },
): RunFile {
  const { name, notes } = experiment;
  const createdAt = new Date().toISOString();
  const unknown = { fingerprint: null, threads: null, engine: null, serverEngine: null, dropped: [], origin: null };
  const facts = { uid: randomUUID(), id, name, seed, group, project, archived: false, createdAt, version: version() };
  return { format: 1, ...facts, ...unknown, notes, tags: [], experiment };
}

/** `0012-deprune`: the number makes it unique and sortable, the name readable. */
function runId(number: number, name: string): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 24)
    .replaceAll(/^-|-$/g, '');
  return `${String(number).padStart(4, '0')}-${slug || 'run'}`;
}

function lastNumber(database: Database): number {
  return database.all<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'runs'")[0]?.seq ?? 0;
}

/** Whether it was not there and is now. */
function makeFolder(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** The numbers that folders have. They are read again whenever somebody else has changed what is there. */
function takenNumbers(root: string): { has(number: number): boolean; add(number: number): void } {
  let numbers = new Set<number>();
  let readAt: number | null = null;
  const changedAt = (): number => statSync(root).mtimeMs;
  return {
    has(number) {
      const now = changedAt();
      if (now !== readAt) numbers = new Set(readdirSync(root).map((name) => Number.parseInt(name, 10)));
      readAt = now;
      return numbers.has(number);
    },
    add(number) {
      numbers.add(number);
      readAt = changedAt();
    },
  };
}

function runExists(id: string, other: string): SluiceError {
  const message =
    id === other
      ? `Run ${id} is in the database, with its own records.`
      : `Run ${other} has the number or is the run of the folder ${id}. Delete one of them, or open the folder's home with SLUICE_HOME.`;
  return new SluiceError('run-exists', message);
}
