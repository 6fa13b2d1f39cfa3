import { onScopeDispose, shallowRef, watch, type Ref } from 'vue';
import type { GateHistory } from '../../../main/api.ts';
import { failureOf, useLab } from '../../lab/index.ts';
import type { LiveRecords } from './run-tabs.ts';

/** More than a chart has pixels for would not be seen. */
const moments = 240;
const pauseMs = 2000;

/** The gate of a training as it is kept, fetched again every other second while steps arrive. */
export function useGates(
  id: () => string,
  training: () => number,
  live: () => LiveRecords,
): { readonly history: Readonly<Ref<GateHistory | null>>; readonly error: Readonly<Ref<string | null>> } {
  const lab = useLab();
  const history = shallowRef<GateHistory | null>(null);
  const error = shallowRef<string | null>(null);
  let timer: ReturnType<typeof setTimeout> | null = null;
  let wanted = 0;

  const load = async (): Promise<void> => {
    const call = ++wanted;
    try {
      const found = await lab.api.gates(id(), training(), moments);
      if (call !== wanted) return;
      history.value = found;
      error.value = null;
    } catch (failure) {
      if (call === wanted) error.value = failureOf(failure).message;
    }
  };
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      void load();
    }, pauseMs);
  };
  watch([id, training], () => {
    history.value = null;
    void load();
  });
  watch(() => live().records.steps.count, soon);
  onScopeDispose(() => {
    wanted++;
    if (timer !== null) clearTimeout(timer);
  });
  void load();
  return { history, error };
}
