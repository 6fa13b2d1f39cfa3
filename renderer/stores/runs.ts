import { defineStore } from 'pinia';
import { computed, shallowRef, triggerRef } from 'vue';
import type { RunStatus, RunSummary } from '../../main/api.ts';
import { isActive } from '../../main/api/runs.ts';
import { useLab } from '../lab/index.ts';

/** Newest first; those launched together in the order they were launched. */
function inOrder(a: RunSummary, b: RunSummary): number {
  return b.createdAt - a.createdAt || b.number - a.number;
}

/** All tags there are, by the alphabet. */
export function tagsOf(runs: readonly Pick<RunSummary, 'tags'>[]): string[] {
  return [...new Set(runs.flatMap(({ tags }) => tags))].sort((a, b) => a.localeCompare(b));
}

const places: Partial<Record<RunStatus, number>> = { running: 0, paused: 1, queued: 2 };

/** Those in training before those paused, then those that wait, in the order of their turns, and a terminal's last. */
function inTurn(a: RunSummary, b: RunSummary): number {
  const place = ({ status, elsewhere }: RunSummary): number => (elsewhere ? 3 : (places[status] ?? 3));
  return place(a) - place(b) || (a.status === 'queued' ? inOrder(b, a) : inOrder(a, b));
}

/** All runs of the lab as lists show them, kept up with its events. */
export const useRuns = defineStore('runs', () => {
  const lab = useLab();
  const byId = shallowRef(new Map<string, RunSummary>());
  /** Whether the list was fetched once. */
  const loaded = shallowRef(false);
  const error = shallowRef<string | null>(null);

  const all = computed(() => [...byId.value.values()].sort(inOrder));
  const active = computed(() => all.value.filter(isActive).sort(inTurn));

  async function refresh(): Promise<void> {
    try {
      const runs = await lab.api.runs();
      byId.value = new Map(runs.map((run) => [run.id, run]));
      loaded.value = true;
      error.value = null;
    } catch (failure) {
      error.value = (failure as Error).message;
    }
  }

  lab.onReady(() => void refresh());
  lab.on('runs', (changed, deleted) => {
    for (const run of changed) byId.value.set(run.id, run);
    for (const id of deleted) byId.value.delete(id);
    triggerRef(byId);
  });

  return { byId, loaded, error, all, active, refresh };
});
