import { defineStore } from 'pinia';
import { computed, onScopeDispose, shallowRef, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue';
import { useLab } from '../lab/index.ts';
import { createFollowedRuns } from './followed-runs.ts';
import type { RunRecords } from './run-records.ts';

/** Records of the runs that are looked at, shared by all views. */
const useFollowedRuns = defineStore('records', () => {
  const lab = useLab();
  const runs = createFollowedRuns(lab);
  lab.onReady(runs.reconnect);
  lab.on('runs', (_, deleted) => runs.forget(deleted));
  return runs;
});

/** Follows runs for as long as the component lives, in the order of their ids. */
export function useRecordsOf(ids: MaybeRefOrGetter<readonly string[]>): Readonly<Ref<readonly RunRecords[]>> {
  const store = useFollowedRuns();
  const records = shallowRef<readonly RunRecords[]>([]);
  const follow = (wanted: readonly string[]): void => {
    const before = records.value;
    records.value = wanted.map((id) => store.open(id));
    for (const { id } of before) store.close(id);
  };
  watch(() => toValue(ids), follow, { immediate: true });
  onScopeDispose(() => follow([]));
  return records;
}

/** Follows one run. Views read `records.value.state.version` to be drawn anew, and then the records themselves. */
export function useRecords(id: MaybeRefOrGetter<string>): Readonly<Ref<RunRecords>> {
  const followed = useRecordsOf(() => [toValue(id)]);
  return computed(() => followed.value[0]);
}
