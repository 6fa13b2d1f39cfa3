import { basename } from 'node:path';
import type { DataTask, ImportRequest } from '../../api.ts';
import { sweepStaging } from '../../data/staging.ts';
import type { ImportResult } from '../../data/import.ts';
import type { OnProgress } from '../../data/progress.ts';
import { SluiceError } from '../../errors.ts';
import type { LabLog } from '../log.ts';
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

const tasksKept = 20;

export function openDataTasks(onChange: (task: DataTask) => void, log: LabLog): DataTasks {
  const tasks = new Map<number, DataTask>();
  const cancels = new Map<number, AbortController>();
  let lastId = 0;

  function change(id: number, changes: Partial<DataTask>): void {
    const task = { ...tasks.get(id)!, ...changes };
    tasks.set(id, task);
    onChange(task);
  }

  /** A second request for what is under way joins it. */
  function begin(
    kind: DataTask['kind'],
    name: string,
    work: (options: { onProgress: OnProgress; signal: AbortSignal }) => Promise<ImportResult>,
  ): DataTask {
    const same = [...tasks.values()].find((task) => task.name === name && task.status === 'running');
    if (same) return same;
    const id = ++lastId;
    const cancel = new AbortController();
    cancels.set(id, cancel);
    tasks.set(id, { id, kind, name, status: 'running', progress: null, notes: [] });
    change(id, {});
    void finish(id, work({ onProgress: (progress) => change(id, { progress }), signal: cancel.signal }));
    for (const [old, { status }] of tasks) {
      if (tasks.size > tasksKept && status !== 'running') tasks.delete(old);
    }
    return tasks.get(id)!;
  }

  async function finish(id: number, work: Promise<ImportResult>): Promise<void> {
    try {
      const { notes } = await work;
      change(id, { status: 'done', notes });
    } catch (error) {
      if (error instanceof SluiceError && error.code === 'cancelled') {
        // What was downloaded stays, to go on from; what was half imported does not.
        await sweepStaging().catch((failure: unknown) =>
          log('what a cancelled import left stays until the next', failure),
        );
        change(id, { status: 'cancelled' });
      } else {
        if (!(error instanceof SluiceError)) log(`${tasks.get(id)!.kind} of ${tasks.get(id)!.name}`, error);
        change(id, { status: 'failed', notes: [error instanceof Error ? error.message : String(error)] });
      }
    } finally {
      cancels.delete(id);
    }
  }

  return {
    get: (name) => begin('get', name, (options) => runTask('getDataset', { name }, options)),
    import: (request) =>
      begin('import', request.name ?? basename(request.path), (options) => runTask('importDataset', request, options)),
    cancel: (id) => cancels.get(id)?.abort(),
    all: () => [...tasks.values()],
    close: () => cancels.forEach((cancel) => cancel.abort()),
  };
}
