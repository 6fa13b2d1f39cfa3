import { SluiceError } from '../../errors.ts';
import { nearest } from '../../near.ts';
import { runNumber, type Run } from './run.ts';
import type { Store } from './store.ts';

/** A name for runs launched together now: that of their preset or file, and the time. */
export function launchName(name: string, at = new Date()): string {
  return `${name}@${at.toISOString()}`;
}

/**
 * The runs that references name, oldest first and none twice. A reference is a run as the store finds it, a range of
 * numbers such as `12..14`, or the name of a preset or file: its last launch. Throws `run-unknown`.
 */
export function selectRuns(store: Store, references: readonly string[]): Run[] {
  const runs = store.list();
  const chosen = new Set(references.flatMap((reference) => select(store, runs, reference)).map(({ id }) => id));
  return runs.filter(({ id }) => chosen.has(id));
}

function select(store: Store, runs: readonly Run[], reference: string): Run[] {
  const range = /^(\d+)\.\.(\d+)$/.exec(reference);
  if (range) return selectRange(runs, reference, Number(range[1]), Number(range[2]));
  if (/^(\d+|latest)$/.test(reference)) return [store.find(reference)];
  const launch = runs.findLast(({ group }) => group === reference || baseName(group) === reference)?.group;
  if (launch !== undefined) return runs.filter(({ group }) => group === launch);
  suggest(runs, reference);
  return [store.find(reference)];
}

function selectRange(runs: readonly Run[], range: string, first: number, last: number): Run[] {
  const within = runs.filter((run) => runNumber(run) >= first && runNumber(run) <= last);
  if (within.length > 0) return within;
  throw new SluiceError('run-unknown', `There is no run among ${range}. "sluice list" shows the runs there are.`);
}

/** Throws when a word comes near to the name of a launch; ids begin with a digit. */
function suggest(runs: readonly Run[], reference: string): void {
  const names = runs.map(({ group }) => baseName(group));
  const meant = /^\d/.test(reference) ? undefined : nearest(reference, names);
  if (meant === undefined) return;
  throw new SluiceError('run-unknown', `Nothing was launched as "${reference}". Did you mean "${meant}"?`);
}

/** What was launched, without when. */
export function baseName(group: string): string {
  return group.replace(/@[^@]*$/, '');
}
