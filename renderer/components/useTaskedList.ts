import { shallowRef, type ShallowRef } from 'vue';
import { failureOf, useLabReady } from '../lab/index.ts';
import { useLongTasks, type LongTasks, type Tasks } from './useLongTasks.ts';

export interface TaskedList<Entry, Task> extends Pick<LongTasks<Task>, 'tasks' | 'show'> {
  readonly entries: Readonly<ShallowRef<readonly Entry[] | null>>;
  readonly error: Readonly<ShallowRef<string | null>>;
  load(): Promise<void>;
}

/** What the lab has a list of, with the long tasks that change it: listed again when one of them is done. */
export function useTaskedList<Entry, Event extends keyof Tasks>(
  event: Event,
  list: () => Promise<readonly Entry[]>,
  underWay: () => Promise<readonly Tasks[Event][]>,
): TaskedList<Entry, Tasks[Event]> {
  const entries = shallowRef<readonly Entry[] | null>(null);
  const error = shallowRef<string | null>(null);
  const { tasks, set, show } = useLongTasks(event, () => void load());

  async function load(): Promise<void> {
    try {
      const [all, under] = await Promise.all([list(), underWay()]);
      entries.value = all;
      set(under);
      error.value = null;
    } catch (failure) {
      error.value = failureOf(failure).message;
    }
  }

  useLabReady(() => void load());
  return { entries, error, tasks, show, load };
}
