import type { EpochRecord, PairRecord } from '../../records/record.ts';
import type { Run, RunStatus } from '../store/run.ts';
import type { Store } from '../store/store.ts';
import type { RunLog } from './log.ts';
import type { Progress } from './progress.ts';

/** What a run tells whoever watches it in this process. The store has everything but the progress. */
export type RunEvent = Progress | EpochRecord | PairRecord | { readonly kind: 'status'; readonly run: Run };

/** A run that this process executes. */
export interface Execution {
  readonly store: Store;
  readonly run: Run;
  readonly folder: string;
  readonly log: RunLog;
  readonly emit: (event: RunEvent) => void;
  /** Aborted when the run shall save a checkpoint and stop. */
  readonly signal: AbortSignal;
}

/** How often a waiting process looks up what the user wants. */
export const commandPollMs = 250;

export function setStatus({ store, run, log, emit }: Execution, status: RunStatus, error?: string): Run {
  const changed = store.setStatus(run.id, status, error);
  log('status', { status, error });
  emit({ kind: 'status', run: changed });
  return changed;
}
