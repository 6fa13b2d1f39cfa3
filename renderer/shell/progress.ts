import type { RunSummary } from '../../main/api.ts';

/** How much of a run is done, from 0 to 1. */
export function shareDone({ progress, epochsDone, epochsTotal, status }: RunSummary): number {
  if (status === 'finished') return 1;
  if (progress && progress.totalSteps > 0) return Math.min(1, progress.stepsDone / progress.totalSteps);
  return epochsTotal > 0 ? Math.min(1, epochsDone / epochsTotal) : 0;
}

/** How much of all that was set going is done; null when nothing is going on. */
export function overallShare(active: readonly RunSummary[]): number | null {
  if (!active.some(({ status }) => status === 'running')) return null;
  return active.reduce((sum, run) => sum + shareDone(run), 0) / active.length;
}
