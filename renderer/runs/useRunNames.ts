import { computed, shallowRef, watch, type Ref } from 'vue';
import type { RunSummary } from '../../main/api.ts';
import { columnNamed } from '../../main/listing/columns.ts';
import { namesApart, type ShownName } from '../../main/listing/names.ts';

/** How the runs of a list are called, worked out anew only where others are listed, or one has another name. */
export function useRunNames(
  runs: Readonly<Ref<readonly RunSummary[]>>,
  columns: Readonly<Ref<readonly string[]>>,
): Readonly<Ref<ReadonlyMap<string, ShownName>>> {
  const listed = computed(() => [...columns.value, ...runs.value.map(({ id, name }) => `${id} ${name}`)].join('\n'));
  const names = shallowRef<ReadonlyMap<string, ShownName>>(new Map());
  const name = (): void => {
    names.value = namesApart(
      runs.value,
      columns.value.flatMap((column) => columnNamed(column) ?? []),
    );
  };
  watch(listed, name, { immediate: true, flush: 'sync' });
  return names;
}
