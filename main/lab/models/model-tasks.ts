import { basename } from 'node:path';
import type { ExportedFile, ModelTask, SetExport, SetImport, SetOfRun } from '../../api.ts';
import { sweepStaging } from '../../data/staging.ts';
import { runTask } from '../../processes/task/run-task.ts';
import { modelsFolder } from '../../sets/home.ts';
import type { LabLog } from '../log.ts';
import { openLongTasks } from '../long-tasks.ts';

/** Model sets being made, brought in and packed, each in a process of its own. */
export interface ModelTasks {
  /** `name` is what the set is going to be called. */
  add(request: SetOfRun, name: string): ModelTask;
  import(request: SetImport): ModelTask;
  export(request: SetExport): Promise<ExportedFile>;
  cancel(id: number): void;
  /** Those under way and the last that ended. */
  all(): ModelTask[];
  close(): void;
}

export function openModelTasks(onChange: (task: ModelTask) => void, log: LabLog): ModelTasks {
  const sweep = (): Promise<void> => sweepStaging(modelsFolder());
  /** Files that are being packed: a second request for one waits for the same. */
  const packing = new Map<string, Promise<ExportedFile>>();
  const { begin, cancel, all, close } = openLongTasks<ModelTask['kind']>(onChange, sweep, log);
  return {
    add: (request, name) =>
      begin('add', name, async (options) => (await runTask('addModelSet', request, options)).notes),
    import: (request) =>
      begin('import', request.name ?? basename(request.path), async (options) => {
        await runTask('importModelSet', request, options);
        return [];
      }),
    export: (request) => {
      const name = `${request.set} as ${request.normalised ? 'normalised ' : ''}${request.format}`;
      const same = packing.get(name);
      if (same) return same;
      const file = new Promise<ExportedFile>((resolve, reject) => {
        begin('export', name, async (options) => {
          const made = runTask('exportModelSet', request, options);
          made.then(resolve, reject);
          await made;
          return [];
        });
      }).finally(() => packing.delete(name));
      packing.set(name, file);
      return file;
    },
    cancel,
    all,
    close,
  };
}
