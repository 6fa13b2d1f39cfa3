import type { LongTask } from '../api.ts';
import type { OnProgress } from '../data/progress.ts';
import { messageOf, SluiceError } from '../errors.ts';
import type { LabLog } from './log.ts';

interface WorkOptions {
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** Work of minutes, each in a process of its own. */
export interface LongTasks<Kind extends string> {
  /** Begins work, which resolves to what the user should know then; a second request for what is under way joins it. */
  begin(kind: Kind, name: string, work: (options: WorkOptions) => Promise<readonly string[]>): LongTask<Kind>;
  cancel(id: number): void;
  /** Those under way and the last that ended. */
  all(): LongTask<Kind>[];
  close(): void;
}

const tasksKept = 20;

/** `sweep` removes what cancelled work left. */
export function openLongTasks<Kind extends string>(
  onChange: (task: LongTask<Kind>) => void,
  sweep: () => Promise<void>,
  log: LabLog,
): LongTasks<Kind> {
  const tasks = new Map<number, LongTask<Kind>>();
  const cancels = new Map<number, AbortController>();
  let lastId = 0;

  function change(id: number, changes: Partial<LongTask<Kind>>): void {
    const task = { ...tasks.get(id)!, ...changes };
    tasks.set(id, task);
    onChange(task);
  }

  async function finish(id: number, work: Promise<readonly string[]>): Promise<void> {
    try {
      change(id, { status: 'done', notes: await work });
    } catch (error) {
      if (error instanceof SluiceError && error.code === 'cancelled') {
        // What was downloaded stays, to go on from; what was half made of it does not.
        await sweep().catch((failure: unknown) => log('what cancelled work left stays until the next', failure));
        change(id, { status: 'cancelled' });
      } else {
        if (!(error instanceof SluiceError)) log(`${tasks.get(id)!.kind} of ${tasks.get(id)!.name}`, error);
        change(id, { status: 'failed', notes: [messageOf(error)] });
      }
    } finally {
      cancels.delete(id);
    }
  }

  return {
    begin(kind, name, work) {
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
    },
    cancel: (id) => cancels.get(id)?.abort(),
    all: () => [...tasks.values()],
    close: () => cancels.forEach((cancel) => cancel.abort()),
  };
}
