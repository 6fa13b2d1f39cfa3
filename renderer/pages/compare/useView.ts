import { watchDebounced } from '@vueuse/core';
import { shallowRef, watch, type Ref } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { readView, withRuns, writeView, type ComparisonView } from './view.ts';

export interface ViewState {
  readonly view: Readonly<Ref<ComparisonView>>;
  change(changes: Partial<ComparisonView>): void;
  /** Other runs: a place of its own in the window's history. */
  choose(ids: readonly string[]): void;
}

/** The view of the page's address; what is changed in passing replaces the address, once it stands still. */
export function useView(): ViewState {
  const route = useRoute();
  const router = useRouter();
  const view = shallowRef(readView(route.query));
  const isHere = (): boolean => route.name === 'compare';

  watch(
    () => route.query,
    (query) => {
      if (isHere() && !same(writeView(readView(query)), writeView(view.value))) view.value = readView(query);
    },
  );
  watchDebounced(
    view,
    (now) => {
      if (isHere() && !same(writeView(now), writeView(readView(route.query)))) {
        void router.replace({ query: writeView(now) });
      }
    },
    { debounce: 250 },
  );
  return {
    view,
    change: (changes) => (view.value = { ...view.value, ...changes }),
    choose: (ids) => {
      view.value = withRuns(view.value, ids);
      void router.push({ name: 'compare', query: writeView(view.value) });
    },
  };
}

function same(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
