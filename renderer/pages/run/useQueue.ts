import { computed, type ComputedRef } from 'vue';
import type { RunSummary } from '../../../main/api.ts';
import { useRuns } from '../../stores/runs.ts';

/** Where a queued run stands. */
export interface QueuePlace {
  /** Queued runs that go before it. */
  readonly ahead: number;
  /** Runs in training; those paused take nobody's place. */
  readonly running: number;
}

/** The oldest run goes first. */
export function useQueue(run: () => RunSummary | null): ComputedRef<QueuePlace> {
  const runs = useRuns();
  return computed(() => {
    const own = run();
    const queued = runs.active.filter(({ status, elsewhere }) => status === 'queued' && !elsewhere);
    const goesBefore = (other: RunSummary): boolean =>
      own !== null &&
      (other.createdAt < own.createdAt || (other.createdAt === own.createdAt && other.number < own.number));
    const running = runs.active.filter(({ status }) => status === 'running');
    return { ahead: queued.filter(goesBefore).length, running: running.length };
  });
}
