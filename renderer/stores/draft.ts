import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';
import type { ExperimentInput } from '../../main/api.ts';
import { historyOf, record, redo, settle, undo } from '../pages/design/history.ts';
import { withoutValue, withValue } from '../pages/design/sparse.ts';
import { draftName } from './methods.ts';
import { emptyDocument, newInput, readDocument, type DraftDocument, type DraftEntry } from './draft-document.ts';

const storageKey = 'sluice.draft';

/** What is being designed: one experiment or several to launch together. It outlives the page, and the window. */
export const useDraft = defineStore('draft', () => {
  const history = shallowRef(historyOf(readDocument(localStorage.getItem(storageKey))));
  const chosen = shallowRef(0);

  const document = computed(() => history.value.present);
  const entries = computed(() => document.value.entries);
  const active = computed<DraftEntry>(() => entries.value.find(({ key }) => key === chosen.value) ?? entries.value[0]);
  const input = computed(() => active.value.input);

  watch(document, (now) => localStorage.setItem(storageKey, JSON.stringify(now)));

  function change(changes: Partial<DraftDocument>, gesture: string | null = null): void {
    history.value = record(history.value, { ...document.value, ...changes }, gesture);
  }

  /** Changes the active experiment. Changes of the same gesture, until it is settled, are undone as one. */
  function update(edit: (input: ExperimentInput) => ExperimentInput, gesture: string | null = null): void {
    const { key } = active.value;
    const edited = entries.value.map((entry) => (entry.key === key ? { ...entry, input: edit(entry.input) } : entry));
    change({ entries: edited }, gesture);
  }

  function insert(entry: Omit<DraftEntry, 'key'>): void {
    const key = 1 + Math.max(...entries.value.map((each) => each.key));
    const at = entries.value.indexOf(active.value) + 1;
    change({ entries: [...entries.value.slice(0, at), { ...entry, key }, ...entries.value.slice(at)] });
    chosen.value = key;
  }

  return {
    document,
    entries,
    active,
    input,
    title: computed(() => document.value.title),
    canUndo: computed(() => history.value.past.length > 0),
    canRedo: computed(() => history.value.future.length > 0),
    choose: (key: number) => (chosen.value = key),
    rename: (title: string) => change({ title }, 'title'),
    set: (path: string, value: unknown, gesture: string | null = null) =>
      update((draft) => withValue(draft, path, value), gesture),
    /** The default holds again. */
    reset: (path: string) => update((draft) => withoutValue(draft, path)),
    update,
    settle: () => (history.value = settle(history.value)),
    undo: () => (history.value = undo(history.value)),
    redo: () => (history.value = redo(history.value)),
    /** A new experiment behind the active one, or a copy. */
    add: () => insert({ input: newInput, base: null }),
    duplicate: () => {
      const { input: draft, base } = active.value;
      insert({ input: { ...draft, name: `${draftName(draft)} copy` }, base });
    },
    remove: (key: number) => {
      const left = entries.value.filter((entry) => entry.key !== key);
      change(left.length > 0 ? { entries: left } : emptyDocument());
    },
    /** Begins anew from these experiments; what was there can be had back with undo. */
    open: (title: string, opened: readonly { input: ExperimentInput; base: DraftEntry['base'] }[]) => {
      if (opened.length === 0) return;
      change({ title, entries: opened.map((entry, key) => ({ ...entry, key })) });
      chosen.value = 0;
    },
    clear: () => change(emptyDocument()),
  };
});
