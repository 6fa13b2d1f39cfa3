import { computed, shallowRef, type ComputedRef } from 'vue';
import type { RunTask } from '../../../main/api.ts';
import { attempt } from '../../components/toasts.ts';
import { useLongTasks } from '../../components/useLongTasks.ts';
import { useLab, useLabReady } from '../../lab/index.ts';

export interface RunImports {
  /** What is under way, and what came of those before until it is put away, newest last. */
  readonly tasks: ComputedRef<readonly RunTask[]>;
  /** Rejects with what is wrong with the path. */
  fromPath(path: string): Promise<void>;
  /** An archive that the browser has. Rejects with what is wrong with it. */
  fromFile(file: File): Promise<void>;
  cancel(task: RunTask): Promise<boolean>;
  dismiss(task: RunTask): void;
}

/** What a message to the lab may carry, with room to spare. */
const partBytes = 4 * 2 ** 20;

/** Runs being brought into the lab. */
export function useRunImport(): RunImports {
  const lab = useLab();
  const { tasks, set, show } = useLongTasks('runTask', () => undefined);
  const dismissed = shallowRef<ReadonlySet<number>>(new Set());
  useLabReady(() => void attempt(async () => set(await lab.api.runTasks())));

  async function upload(file: File): Promise<string> {
    let id: string | null = null;
    for (let at = 0; id === null || at < file.size; at += partBytes) {
      const part = await file.slice(at, at + partBytes).arrayBuffer();
      id = await lab.api.uploadPart(id, file.name, new Uint8Array(part));
    }
    return id;
  }

  return {
    tasks: computed(() =>
      [...tasks.value.values()].filter(
        ({ id, kind, status }) => kind === 'import' && status !== 'cancelled' && !dismissed.value.has(id),
      ),
    ),
    fromPath: async (path) => show(await lab.api.importRuns({ path })),
    fromFile: async (file) => show(await lab.api.importRuns({ upload: await upload(file), name: file.name })),
    cancel: ({ id }) => attempt(() => lab.api.cancelRunTask(id)),
    dismiss: ({ id }) => (dismissed.value = new Set([...dismissed.value, id])),
  };
}
