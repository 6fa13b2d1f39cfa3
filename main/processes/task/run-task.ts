import type { OnProgress } from '../../data/progress.ts';
import { SluiceError } from '../../errors.ts';
import { startChild } from '../child.ts';
import { errorOf } from '../../failure.ts';
import type { FromTask, TaskInput, TaskName, TaskResult, ToTask } from './messages.ts';

interface TaskOptions {
  readonly onProgress?: OnProgress;
  /** Aborted, the process is killed and the task rejects with `cancelled`. */
  readonly signal?: AbortSignal;
}

/** Does a task in a process of its own. Rejects with what it threw, or `task-died`. */
export function runTask<Name extends TaskName>(
  name: Name,
  input: TaskInput<Name>,
  { onProgress, signal }: TaskOptions = {},
): Promise<TaskResult<Name>> {
  return new Promise((resolve, reject) => {
    const child = startChild<ToTask>(import.meta.url, './process.ts', (message: FromTask) => {
      if (message.kind === 'progress') onProgress?.(message.progress);
      else if (message.kind === 'done') resolve(message.result as TaskResult<Name>);
      else reject(errorOf(message.failure));
    });
    signal?.addEventListener('abort', child.kill, { once: true });
    child.send({ name, input });
    void child.gone.then((how) => {
      signal?.removeEventListener('abort', child.kill);
      if (signal?.aborted) reject(new SluiceError('cancelled', 'It was cancelled.'));
      else reject(new SluiceError('task-died', `The process for this died (${how}). Try again; lab.log says more.`));
    });
  });
}
