import { computed, shallowRef, triggerRef, type ComputedRef } from 'vue';
import type { DataTask, EngineTask, ModelTask, PlanTask, RunTask } from '../../main/api.ts';
import { useLabEvent } from '../lab/index.ts';

/** The long tasks of the lab, by the event that tells of them. */
export interface Tasks {
  readonly dataTask: DataTask;
  readonly engineTask: EngineTask;
  readonly modelTask: ModelTask;
  readonly planTask: PlanTask;
  readonly runTask: RunTask;
}

export interface LongTasks<Task> {
  /** The newest task of each name. */
  readonly tasks: ComputedRef<ReadonlyMap<string, Task>>;
  /** Those that the lab knows of, in place of all before. */
  set(all: readonly Task[]): void;
  show(task: Task): void;
}

/**
 * Without imports that failed before one succeeded: it may have been of the same files by another name, and what was wrong
 * is no longer news.
 */
function current<Task extends Tasks[keyof Tasks]>(all: readonly Task[]): Task[] {
  const succeeded = Math.max(
    -1,
    ...all.filter(({ kind, status }) => kind === 'import' && status === 'done').map(({ id }) => id),
  );
  return all.filter(({ kind, status, id }) => kind !== 'import' || status !== 'failed' || id > succeeded);
}

/** Long tasks, kept up; `onDone` is called when one has succeeded. */
export function useLongTasks<Event extends keyof Tasks>(event: Event, onDone: () => void): LongTasks<Tasks[Event]> {
  type Task = Tasks[Event];
  const byId = shallowRef(new Map<number, Task>());

  function show(task: Task): void {
    byId.value.set(task.id, task);
    triggerRef(byId);
    if (task.status === 'done') onDone();
  }

  useLabEvent<keyof Tasks>(event, show as (task: Tasks[keyof Tasks]) => void);
  return {
    tasks: computed(() => new Map(current([...byId.value.values()]).map((task) => [task.name, task]))),
    set: (all) => (byId.value = new Map(all.map((task) => [task.id, task]))),
    show,
  };
}
