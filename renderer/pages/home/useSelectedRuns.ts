import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue';
import { useRouter } from 'vue-router';
import type { RunChanges, RunExport, RunSummary } from '../../../main/api.ts';
import { confirm } from '../../components/confirm.ts';
import { attempt } from '../../components/toasts.ts';
import { useLab } from '../../lab/index.ts';
import { saveFile } from '../../lab/save-file.ts';
import { isActive } from '../../../main/api/runs.ts';
import { useRuns } from '../../stores/runs.ts';

export interface SelectedRuns {
  readonly ids: ShallowRef<ReadonlySet<string>>;
  readonly runs: ComputedRef<readonly RunSummary[]>;
  clear(): void;
  compare(): void;
  exportAs(format: RunExport['format']): Promise<boolean>;
  /** Puts a tag on all of them, or takes it off all. */
  tag(tag: string, on: boolean): Promise<boolean>;
  /** Gives all of them a name, moves them to a project, puts them away or back. */
  change(changes: RunChanges): Promise<boolean>;
  /** Those in training end with a checkpoint; those that wait leave the queue. */
  stop(): Promise<boolean>;
  /** After asking. */
  remove(): Promise<void>;
}

/** The runs chosen in the table, and what can be done with them together. */
export function useSelectedRuns(): SelectedRuns {
  const lab = useLab();
  const store = useRuns();
  const router = useRouter();
  const ids = shallowRef<ReadonlySet<string>>(new Set());
  // Those deleted meanwhile, here or elsewhere, are chosen no more.
  const runs = computed(() => store.all.filter(({ id }) => ids.value.has(id)));
  const clear = (): void => void (ids.value = new Set());

  return {
    ids,
    runs,
    clear,
    compare: () => void router.push({ name: 'compare', query: { runs: runs.value.map(({ id }) => id).join(',') } }),
    exportAs: (format) =>
      attempt(async () => saveFile(await lab.api.exportRuns({ runs: runs.value.map(({ id }) => id), format }))),
    tag: (tag, on) =>
      attempt(() =>
        Promise.all(
          runs.value
            .filter(({ tags }) => tags.includes(tag) !== on)
            .map(({ id, tags }) =>
              lab.api.annotate(id, { tags: on ? [...tags, tag] : tags.filter((old) => old !== tag) }),
            ),
        ),
      ),
    change: (changes) => attempt(() => Promise.all(runs.value.map(({ id }) => lab.api.annotate(id, changes)))),
    stop: () => attempt(() => Promise.all(runs.value.filter(isActive).map(({ id }) => lab.api.stop(id)))),
    async remove() {
      const chosen = runs.value;
      if (chosen.length === 0 || !(await confirm(deletion(chosen)))) return;
      if (await attempt(() => lab.api.delete(chosen.map(({ id }) => id)))) clear();
    },
  };
}

function deletion(runs: readonly RunSummary[]): Parameters<typeof confirm>[0] {
  const what = runs.length === 1 ? `run ${runs[0].number}` : `${runs.length} runs`;
  const stopped = runs.some(isActive) ? 'Those in training are stopped. ' : '';
  return {
    title: `Delete ${what}?`,
    text: `${stopped}Their metrics, checkpoints, trained weights, logs and notes are deleted from this machine. This cannot be undone.`,
    items: runs.map(({ number, name }) => `#${number} ${name}`),
    action: runs.length === 1 ? 'Delete run' : `Delete ${runs.length} runs`,
  };
}
