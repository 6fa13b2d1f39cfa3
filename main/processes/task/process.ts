import { failureOf } from '../../failure.ts';
import type { FromTask, ToTask } from './messages.ts';
import { tasks } from './tasks.ts';

/** The process of one task, started by run-task.ts. It ends with the task, or at once when its parent is gone. */

const progressMs = 200;

function tell(message: FromTask, sent: () => void = () => undefined): void {
  process.send?.(message, sent);
}

async function perform({ name, input }: ToTask): Promise<void> {
  let toldAt = 0;
  const onProgress = (progress: Extract<FromTask, { kind: 'progress' }>['progress']): void => {
    if (Date.now() - toldAt < progressMs && progress.done !== progress.total) return;
    toldAt = Date.now();
    tell({ kind: 'progress', progress });
  };
  const work = tasks[name] as (given: unknown, onProgress: (progress: never) => void) => Promise<unknown>;
  const last = await work(input, onProgress).then(
    (result): FromTask => ({ kind: 'done', result }),
    (error: unknown): FromTask => ({ kind: 'failed', failure: failureOf(error) }),
  );
  // An engine that was tried may keep threads alive.
  tell(last, () => process.exit());
}

process.once('message', (message: ToTask) => void perform(message));
process.once('disconnect', () => process.exit());
