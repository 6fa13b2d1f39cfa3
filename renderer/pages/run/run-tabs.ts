import type { RunDetail } from '../../../main/api.ts';
import type { RunRecords } from '../../stores/run-records.ts';

export type RunTab = 'charts' | 'gate' | 'time' | 'pairs' | 'log' | 'settings' | 'notes';

/** What does not change while a run goes on; charts depend on this alone, so that its progress does not redraw them. */
export type FixedRun = Pick<
  RunDetail,
  | 'id'
  | 'name'
  | 'number'
  | 'seed'
  | 'status'
  | 'dropped'
  | 'experiment'
  | 'plan'
  | 'pairs'
  | 'makesSet'
  | 'engine'
  | 'serverEngine'
>;

/** The fixed part of a run: the same object as before as long as nothing of it has changed. */
export function fixedPart(run: FixedRun, before?: FixedRun | null): FixedRun {
  const { id, name, number, seed, status, dropped, experiment, plan, pairs, makesSet } = run;
  const { engine, serverEngine } = run;
  const what = { id, name, number, seed, status, dropped, experiment };
  const now: FixedRun = { ...what, plan, pairs, makesSet, engine, serverEngine };
  const keys = Object.keys(now) as (keyof FixedRun)[];
  return before && keys.every((key) => before[key] === now[key]) ? before : now;
}

/** What a view of live records gets: the object is a new one whenever they have changed. */
export interface LiveRecords {
  readonly version: number;
  readonly records: RunRecords;
}

/** The views that make sense for a run. */
export function runTabs(
  { experiment, makesSet }: Pick<FixedRun, 'experiment' | 'makesSet'>,
  notes: string,
  pairs: RunRecords['pairs'],
  log: RunRecords['log'],
): { readonly name: RunTab; readonly label: string; readonly count?: number }[] {
  const wrong = log.filter(({ level }) => level !== 'info').length;
  return [
    { name: 'charts', label: 'Charts' },
    ...(experiment.split.module ? [{ name: 'gate', label: 'Gate' } as const] : []),
    { name: 'time', label: 'Time' },
    ...(makesSet || pairs.length > 0
      ? [{ name: 'pairs', label: 'Model pairs', ...(pairs.length > 0 ? { count: pairs.length } : {}) } as const]
      : []),
    { name: 'log', label: 'Log', ...(wrong > 0 ? { count: wrong } : {}) },
    { name: 'settings', label: 'Settings' },
    { name: 'notes', label: notes.trim() === '' ? 'Notes' : 'Notes •' },
  ];
}
