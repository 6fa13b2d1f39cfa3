import { computed, type ComputedRef, type ShallowRef } from 'vue';
import type { ModelTask, SetEntry, SetExport, SetImport, SetOfRun } from '../../../main/api.ts';
import { formatBytes } from '../../../main/charts/formats.ts';
import { confirm } from '../../components/confirm.ts';
import { attempt } from '../../components/toasts.ts';
import { useTaskedList } from '../../components/useTaskedList.ts';
import { useLab } from '../../lab/index.ts';
import { saveFile } from '../../lab/save-file.ts';
import { bytesOf } from './set-words.ts';

export type ReadySet = Extract<SetEntry, { status: 'ready' }>;

export interface Models {
  readonly entries: Readonly<ShallowRef<readonly SetEntry[] | null>>;
  readonly ready: ComputedRef<readonly ReadySet[]>;
  readonly error: Readonly<ShallowRef<string | null>>;
  /** What is under way, and what failed or has something to say, newest last. */
  readonly tasks: ComputedRef<readonly ModelTask[]>;
  /** Both reject with what is wrong with the request. */
  add(request: SetOfRun): Promise<void>;
  bringIn(request: SetImport): Promise<void>;
  save(request: SetExport): Promise<boolean>;
  cancel(task: ModelTask): Promise<boolean>;
  remove(entry: SetEntry): Promise<void>;
}

/** The model sets of the lab and what is being done with them, kept up. */
export function useModels(): Models {
  const lab = useLab();
  const { entries, error, tasks, show, load } = useTaskedList(
    'modelTask',
    () => lab.api.modelSets(),
    () => lab.api.modelTasks(),
  );

  return {
    entries,
    ready: computed(() => (entries.value ?? []).filter((entry) => entry.status === 'ready')),
    error,
    tasks: computed(() => [...tasks.value.values()].filter(toTell)),
    add: async (request) => show(await lab.api.addModelSet(request)),
    bringIn: async (request) => show(await lab.api.importModelSet(request)),
    save: (request) => attempt(async () => saveFile(await lab.api.exportModelSet(request))),
    cancel: ({ id }) => attempt(() => lab.api.cancelModelTask(id)),
    async remove(entry) {
      const what =
        entry.status === 'ready' ? `Its ${formatBytes(bytesOf(entry.manifest))} are` : 'What is left of it is';
      const sure = await confirm({
        title: `Remove ${entry.name}?`,
        text: `${what} deleted from Sluice’s folder. The run it is from and what was exported stay.`,
        action: 'Remove model set',
      });
      if (sure && (await attempt(() => lab.api.removeModelSet(entry.name)))) await load();
    },
  };
}

/** An export that failed is told where it was asked for. */
function toTell({ kind, status, notes }: ModelTask): boolean {
  if (status === 'failed') return kind !== 'export';
  return status === 'running' || (status === 'done' && notes.length > 0);
}
