import { StorageSerializers, useLocalStorage, watchDebounced } from '@vueuse/core';
import { shallowRef, watch, type ShallowRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { isSameView, readListView, usualView, writeListView, type ListView } from '../../../main/listing/view.ts';

/** How Home looks at the runs: as its address says, or else as it did last. What changes stands in the address, to be passed on. */
export function useListView(): ShallowRef<ListView> {
  const route = useRoute();
  const router = useRouter();
  const last = useLocalStorage<ListView | null>('sluice.runs.view', null, { serializer: StorageSerializers.object });
  const isHere = (): boolean => route.name === 'home';
  const view = shallowRef<ListView>(readListView(route.query) ?? { ...usualView, ...last.value });

  watch(
    () => route.query,
    (query) => {
      const asked = isHere() ? readListView(query) : null;
      if (asked && !isSameView(asked, view.value)) view.value = asked;
    },
  );
  watchDebounced(
    view,
    (now) => {
      last.value = now;
      if (isHere()) void router.replace({ query: writeListView(now) });
    },
    { debounce: 250 },
  );
  return view;
}
