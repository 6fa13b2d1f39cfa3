import { computed, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { failureOf } from '../lab/index.ts';

export interface Request {
  readonly busy: Readonly<ShallowRef<boolean>>;
  /** What is wrong with a field; null while nothing is. */
  errorOf(field: string): string | null;
  /** What is wrong, but with none of the fields. */
  readonly general: ComputedRef<string | undefined>;
  /** Closes the dialog when it went well, which true tells; else says why not. */
  send(request: () => Promise<void>): Promise<boolean>;
}

/** What a dialog with these fields asks of the lab. What is wrong with it is said beside the field it is about. */
export function useRequest(open: Ref<boolean>, fields: readonly string[]): Request {
  const problem = shallowRef<{ path?: string; message: string } | null>(null);
  const busy = shallowRef(false);
  watch(open, () => (problem.value = null));
  return {
    busy,
    errorOf: (field) => (problem.value?.path === field ? problem.value.message : null),
    general: computed(() => (fields.includes(problem.value?.path ?? '') ? undefined : problem.value?.message)),
    async send(request) {
      busy.value = true;
      problem.value = null;
      try {
        await request();
        open.value = false;
      } catch (failure) {
        problem.value = failureOf(failure);
      }
      busy.value = false;
      return problem.value === null;
    },
  };
}
