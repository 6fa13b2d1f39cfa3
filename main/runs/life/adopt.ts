import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { messageOf, SluiceError } from '../../errors.ts';
import { hasFields, type Fields } from '../../fields.ts';
import { listCheckpoints } from '../checkpoint/checkpoint.ts';
import type { Ledger } from '../store/ledger.ts';
import type { RunLife } from '../store/new-run.ts';
import { readRecordFile } from '../store/record-file.ts';
import { ownerOf, readRunFile, type RunFile } from '../store/run-file.ts';
import { runNumber, runStatuses, type Run, type RunStatus } from '../store/run.ts';
import type { Store } from '../store/store.ts';
import { checkpointRoots } from './checkpoint-roots.ts';
import { lockRun } from './lock.ts';
import { agreementOf } from './settle-records.ts';

/** A run's folder that no row of the database is for, as when the database was lost. */
export interface Orphan {
  readonly folder: string;
  /** Null where it cannot be adopted. */
  readonly file: RunFile | null;
  /** Why not. */
  readonly reason: string | null;
}

/** The folders among the runs that the database knows nothing of. */
export function orphans(store: Store): Orphan[] {
  return store.strayFolders().map((folder) => {
    try {
      const file = readRunFile(folder);
      if (!file) return { folder, file, reason: 'it has no run.json: an earlier version made it' };
      if (file.id === basename(folder)) return { folder, file, reason: null };
      return { folder, file: null, reason: `it is the folder of ${file.id}: give it that name` };
    } catch (error) {
      return { folder, file: null, reason: `run.json is damaged: ${messageOf(error)}` };
    }
  });
}

/** The orphan that a number, an id or a path names. Throws `run-unknown`. */
export function findOrphan(all: readonly Orphan[], reference: string): Orphan {
  const number = /^\d+$/.test(reference) ? Number(reference) : null;
  const found = all.find(({ folder }) => {
    const id = basename(folder);
    return id === reference || runNumber({ id }) === number || folder === resolve(reference);
  });
  if (found) return found;
  const message = `No folder without a run is called "${reference}". "sluice adopt" shows those there are.`;
  throw new SluiceError('run-unknown', message);
}

/**
 * Puts a run back into the database with the records its folder holds. One whose records are not all there is
 * interrupted, whatever it was: going on with it goes back to where they are. Throws `run-damaged`, `run-exists`,
 * `run-busy`.
 */
export async function adoptRun(store: Store, { folder, file, reason }: Orphan): Promise<Run> {
  if (!file) throw new SluiceError('run-damaged', `${folder} cannot be adopted: ${refusal({ folder, reason })}`);
  const lock = lockRun(folder, 0);
  if (!lock) throw new SluiceError('run-busy', `The run of ${folder} is being executed. Adopt it when it has ended.`);
  try {
    const { ledger } = readRecordFile(folder, file.uid);
    const life = lifeIn(folder);
    const whole = await isWhole(folder, file, ledger);
    return store.adopt(file, whole ? life : { ...life, status: 'interrupted', endedAt: null }, [...ledger.all()]);
  } finally {
    lock.release();
  }
}

/** Why a folder cannot be adopted, and what can be done with it, in sentences. */
export function refusal({ folder, reason }: Pick<Orphan, 'folder' | 'reason'>): string {
  return `${reason}. Its settings can be trained anew: sluice run ${join(folder, 'experiment.json')}`;
}

/** Whether all records are there that the last checkpoints come after. */
async function isWhole(folder: string, file: RunFile, ledger: Ledger): Promise<boolean> {
  for (const { root } of checkpointRoots(folder)) {
    const [last] = await listCheckpoints(root, ownerOf(file));
    const found = { rows: ledger, filed: ledger };
    if (last && !(last.manifest && agreementOf(last.manifest, found))) return false;
  }
  return true;
}

/** How far a run came by its log; one under way was interrupted. */
function lifeIn(folder: string): RunLife {
  const path = join(folder, 'log.jsonl');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').flatMap(fieldsOf) : [];
  const statuses = lines.filter(({ event }) => event === 'status');
  const [first, last] = [statuses.find(({ status }) => status === 'running'), statuses.at(-1)];
  const said = runStatuses.find((status) => status === last?.['status']);
  const status: RunStatus = said === undefined ? 'stopped' : isOver(said) ? said : 'interrupted';
  const error = status === 'failed' && typeof last?.['error'] === 'string' ? last['error'] : null;
  return { status, error, startedAt: timeOf(first), endedAt: isOver(status) ? timeOf(last) : null };
}

function isOver(status: RunStatus): boolean {
  return status === 'finished' || status === 'stopped' || status === 'failed';
}

function timeOf(line: Fields | undefined): Date | null {
  const time = Date.parse(String(line?.['time']));
  return Number.isNaN(time) ? null : new Date(time);
}

/** None for a line that was cut off. */
function fieldsOf(line: string): Fields[] {
  try {
    const value: unknown = JSON.parse(line);
    return hasFields(value) ? [value] : [];
  } catch {
    return [];
  }
}
