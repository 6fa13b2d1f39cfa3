import { onScopeDispose, shallowRef, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue';
import type { RunDetail, RunSummary } from '../../../main/api.ts';
import { failureOf, useLab, type LabFailure } from '../../lab/index.ts';

export interface ShownRun {
  readonly run: Readonly<Ref<RunDetail | null>>;
  /** Why there is nothing to show. */
  readonly failure: Readonly<Ref<LabFailure | null>>;
  readonly deleted: Readonly<Ref<boolean>>;
  /** Fetches it again. */
  load(): Promise<void>;
  /** Shows a change before the lab has confirmed it. */
  change(changes: Partial<Pick<RunDetail, 'notes' | 'tags'>>): void;
}

/** A run in full, kept up to date by what the lab says of it and by fetching it again when the lab has come back. */
export function useRun(id: MaybeRefOrGetter<string>): ShownRun {
  const lab = useLab();
  const run = shallowRef<RunDetail | null>(null);
  const failure = shallowRef<LabFailure | null>(null);
  const deleted = shallowRef(false);

  const load = async (): Promise<void> => {
    const wanted = toValue(id);
    try {
      const found = await lab.api.run(wanted);
      if (wanted !== toValue(id)) return;
      run.value = found;
      failure.value = null;
    } catch (error) {
      if (wanted === toValue(id)) failure.value = failureOf(error);
    }
  };
  const follow = (changed: RunSummary[], gone: string[]): void => {
    const own = toValue(id);
    const summary = changed.find((each) => each.id === own);
    if (summary && run.value) {
      // A phase has ended early: less is planned than was.
      if (summary.epochsTotal !== run.value.epochsTotal) void load();
      // Its settings never change, and charts are drawn anew for others.
      run.value = { ...run.value, ...summary, experiment: run.value.experiment };
    }
    if (gone.includes(own)) deleted.value = true;
  };
  watch(
    () => toValue(id),
    () => {
      run.value = null;
      failure.value = null;
      deleted.value = false;
      void load();
    },
  );
  const stops = [lab.on('runs', follow), lab.onReady(() => void load())];
  onScopeDispose(() => stops.forEach((stop) => stop()));
  if (lab.state.value !== 'ready') void load();
  return {
    run,
    failure,
    deleted,
    load,
    change: (changes) => {
      if (run.value) run.value = { ...run.value, ...changes };
    },
  };
}
