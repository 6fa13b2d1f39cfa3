import type { EpochRecord, PairRecord } from '../../records/record.ts';
import type { Run, RunStatus } from '../store/run.ts';
import type { Store } from '../store/store.ts';
import type { RunLog } from './log.ts';
import type { Progress } from './progress.ts';
import type { RunRecords } from './run-records.ts';

/** What a run tells whoever watches it in this process. The store has everything but the progress and the notices. */
export type RunEvent =
  | Progress
  | EpochRecord
  | PairRecord
  | { readonly kind: 'status'; readonly run: Run }
  /** Something its user should know, in words; it is in the log, too. */
  | { readonly kind: 'notice'; readonly message: string };

/** A run that this process has taken up. */
export interface TakenUp {
  readonly store: Store;
  readonly run: Run;
  readonly folder: string;
  readonly log: RunLog;
  readonly emit: (event: RunEvent) => void;
  /** Aborted when the run shall save a checkpoint and stop. */
  readonly signal: AbortSignal;
  /** Ends it as if it had been asked to stop. */
  readonly stop: () => void;
}

/** A run that this process executes: its records and checkpoints agree. */
export interface Execution extends TakenUp {
  readonly records: RunRecords;
}

/** How often a waiting process looks up what the user wants. */
export const commandPollMs = 250;

export function setStatus({ store, run, log, emit }: TakenUp, status: RunStatus, error?: string): Run {
  const changed = store.setStatus(run.id, status, error);
  emit({ kind: 'status', run: changed });
  log('status', { status, error });
  return changed;
}

/** Tells the user what is no failure and has to be known all the same. */
export function notice({ log, emit }: Pick<TakenUp, 'log' | 'emit'>, event: string, message: string): void {
  log(event, { message });
  emit({ kind: 'notice', message });
}
