import type { LaunchCommand, RunStatus, RunSummary } from '../../../main/api.ts';
import { formatSpan } from '../../../main/charts/formats.ts';
import { isActive } from '../../../main/api/runs.ts';
import { shareDone } from '../../shell/progress.ts';

/** How runs that were launched together stand as one. */

const inOrder: readonly RunStatus[] = ['running', 'paused', 'queued', 'finished', 'stopped', 'failed', 'interrupted'];

/** Launches of several runs that are not over, the newest first, each with all of its runs. */
export function openLaunches(all: readonly RunSummary[]): { group: string; runs: readonly RunSummary[] }[] {
  const groups = new Map<string, RunSummary[]>();
  for (const run of all) groups.set(run.group, [...(groups.get(run.group) ?? []), run]);
  return [...groups]
    .filter(([, runs]) => runs.length > 1 && runs.some(isActive))
    .map(([group, runs]) => ({ group, runs }));
}

/** `3 running · 9 queued · 12 finished`. */
export function countWords(runs: readonly RunSummary[]): string {
  return inOrder
    .map((status) => ({ status, count: runs.filter((run) => run.status === status).length }))
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${count} ${status}`)
    .join(' · ');
}

/** Those that ended before their time count as far as they came. */
export function launchShare(runs: readonly RunSummary[]): number {
  return runs.reduce((sum, run) => sum + shareDone(run), 0) / Math.max(1, runs.length);
}

/**
 * Seconds until all are done, by how long those took that have finished, so many at a time; null while none has, or
 * nothing goes on.
 */
export function secondsLeft(runs: readonly RunSummary[], atATime: number): number | null {
  const took = runs.flatMap(({ status, startedAt, endedAt }) =>
    status === 'finished' && startedAt !== null && endedAt !== null ? [(endedAt - startedAt) / 1000] : [],
  );
  const waiting = runs.filter(({ status, progress }) => status === 'queued' && progress === null).length;
  const running = runs.filter(({ status }) => status === 'running');
  if (running.length === 0 || (took.length === 0 && waiting > 0)) return null;
  const each = took.reduce((sum, seconds) => sum + seconds, 0) / Math.max(1, took.length);
  const left = running.reduce((sum, { progress }) => sum + (progress?.secondsLeft ?? each), waiting * each);
  return left / Math.max(1, Math.min(atATime, running.length + waiting));
}

export function leftWords(seconds: number | null): string {
  return seconds === null ? '' : `about ${formatSpan(seconds)} left`;
}

/** What can be asked of the launch, the words for it, and for how many of its runs. */
export function commandsFor(runs: readonly RunSummary[]): { command: LaunchCommand; label: string }[] {
  const any = (...statuses: readonly RunStatus[]): boolean => runs.some(({ status }) => statuses.includes(status));
  return [
    ...(any('running', 'queued') ? [{ command: 'pause', label: 'Pause all' } as const] : []),
    ...(any('paused') ? [{ command: 'proceed', label: 'Continue all' } as const] : []),
    ...(runs.some(isActive) ? [{ command: 'stop', label: 'Stop all' } as const] : []),
    ...(any('stopped', 'failed', 'interrupted') ? [{ command: 'resume', label: 'Resume all' } as const] : []),
  ];
}
