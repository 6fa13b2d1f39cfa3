import { basename } from 'node:path';
import type { DataTask, ImportRequest } from '../../api.ts';
import { sweepStaging } from '../../data/staging.ts';
import type { LabLog } from '../log.ts';
import { openLongTasks } from '../long-tasks.ts';
import { runTask } from '../../processes/task/run-task.ts';

/** Downloads and imports, each in a process of its own. */
export interface DataTasks {
  get(name: string): DataTask;
  import(request: ImportRequest): DataTask;
  cancel(id: number): void;
  /** Those under way and the last that ended. */
  all(): DataTask[];
  close(): void;
}

export function openDataTasks(onChange: (task: DataTask) => void, log: LabLog): DataTasks {
  const { begin, cancel, all, close } = openLongTasks<DataTask['kind']>(onChange, () => sweepStaging(), log);
  return {
    get: (name) => begin('get', name, async (options) => (await runTask('getDataset', { name }, options)).notes),
    import: (request) =>
      begin(
        'import',
        request.name ?? basename(request.path),
        async (options) => (await runTask('importDataset', request, options)).notes,
      ),
    cancel,
    all,
    close,
  };
}
