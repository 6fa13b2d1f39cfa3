import type { DataProgress } from '../../data/progress.ts';
import type { Failure } from '../../failure.ts';
import type { tasks } from './tasks.ts';

export type TaskName = keyof typeof tasks;
export type TaskInput<Name extends TaskName> = Parameters<(typeof tasks)[Name]>[0];
export type TaskResult<Name extends TaskName> = Awaited<ReturnType<(typeof tasks)[Name]>>;

/** The one message to the process of a task. */
export interface ToTask {
  readonly name: TaskName;
  readonly input: unknown;
}

/** `done` or `failed` is the last message. */
export type FromTask =
  | { readonly kind: 'progress'; readonly progress: DataProgress }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly failure: Failure };
