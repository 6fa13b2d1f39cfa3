import { watchThrottled } from '@vueuse/core';
import {
  computed,
  onScopeDispose,
  shallowRef,
  toRaw,
  toValue,
  watch,
  type ComputedRef,
  type MaybeRefOrGetter,
  type Ref,
} from 'vue';
import type { ComparedRun } from '../../../main/api.ts';
import { noSteps, type TrainingData } from '../../../main/charts/data.ts';
import { labelled } from '../../../main/charts/labels.ts';
import { trainingsOfRun, type UnlabelledTraining } from '../../../main/charts/trainings.ts';
import { failureOf, useLab, useLabEvent } from '../../lab/index.ts';
import { useRecordsOf } from '../../stores/records.ts';
import type { RunRecords } from '../../stores/run-records.ts';
import { isActive } from '../../../main/api/runs.ts';
import { useRuns } from '../../stores/runs.ts';
import { runData } from '../run/run-lines.ts';

export interface Compared {
  readonly runs: ComputedRef<readonly ComparedRun[]>;
  readonly trainings: ComputedRef<readonly TrainingData[]>;
  /** How many runs were not read yet. */
  readonly pending: ComputedRef<number>;
  /** Of how many runs the steps were not read to their end yet. */
  readonly pendingSteps: ComputedRef<number>;
  /** Ids of runs that are not in this lab, or not any more. */
  readonly missing: ComputedRef<readonly string[]>;
  /** Why something else is not shown. */
  readonly error: Readonly<Ref<string | null>>;
}

/** Runs asked for at once: each answer is shown before the next comes. */
const chunk = 100;

/** More runs than this are shown once they are read, and so are their steps: drawing them all takes its time. */
export const few = 20;

/** Milliseconds between two looks at what has come in. */
function pauseFor(runs: number): number {
  return 250 * Math.min(12, Math.max(1, runs / few));
}

/**
 * The runs that are compared, in the order given, with the ends of their epochs, and their steps as read so far where
 * `stepRuns` wants these; those that go on are followed.
 */
export function useCompared(
  ids: MaybeRefOrGetter<readonly string[]>,
  stepRuns: Readonly<Ref<readonly string[]>>,
): Compared {
  const lab = useLab();
  const summaries = useRuns();
  const known = shallowRef<ReadonlyMap<string, ComparedRun>>(new Map());
  const gone = shallowRef<ReadonlySet<string>>(new Set());
  const error = shallowRef<string | null>(null);
  const runs = computed(() =>
    toValue(ids).flatMap((id) => (known.value.has(id) && !gone.value.has(id) ? [known.value.get(id)!] : [])),
  );

  async function load(wanted: readonly string[]): Promise<void> {
    error.value = null;
    for (let from = 0; from < wanted.length; from += chunk) {
      const asked = wanted.slice(from, from + chunk);
      try {
        const found = await lab.api.compared(asked);
        known.value = new Map([...known.value, ...found.map((run) => [run.id, run] as const)]);
        const lost = asked.filter((id) => !known.value.has(id));
        if (lost.length > 0) gone.value = new Set([...gone.value, ...lost]);
      } catch (failure) {
        error.value = failureOf(failure).message;
        return;
      }
    }
  }
  // What a run was set to stays what it is: only those that are new are asked for.
  watch(
    () => toValue(ids),
    (wanted) => void load(wanted.filter((id) => !known.value.has(id) && !gone.value.has(id))),
  );
  onScopeDispose(lab.onReady(() => void load(toValue(ids))));
  useLabEvent('runs', (_, deleted) => {
    if (deleted.some((id) => known.value.has(id))) gone.value = new Set([...gone.value, ...deleted]);
  });

  const missing = computed(() => toValue(ids).filter((id) => gone.value.has(id)));
  const pending = computed(() => Math.max(0, toValue(ids).length - missing.value.length - runs.value.length));
  const followed = computed<readonly string[]>((before) => {
    // Not before the runs that are on their way: there are many more steps.
    const steps = new Set(pending.value > 0 ? [] : stepRuns.value);
    const isLive = (id: string): boolean => {
      const summary = summaries.byId.get(id);
      return summary !== undefined && isActive(summary);
    };
    const now = runs.value.map(({ id }) => id).filter((id) => steps.has(id) || isLive(id));
    return before && String(before) === String(now) ? before : now;
  });
  const records = useRecordsOf(followed);
  const pendingSteps = computed(() => records.value.filter(({ state }) => state.status === 'loading').length);
  const versions = shallowRef(0);
  watchThrottled(
    () =>
      pendingSteps.value > 0 && records.value.length > few
        ? 0
        : records.value.reduce((sum, { state }) => sum + 1 + state.version, 0),
    (now) => (versions.value = now),
    { throttle: () => pauseFor(records.value.length), immediate: true },
  );
  const read = createReader();
  const trainings = computed(() => {
    // Read for its sake, too: the records are outside of reactivity.
    const isRead = versions.value > 0;
    const byId = new Map(isRead ? records.value.map((own) => [own.id, own]) : []);
    return labelled(runs.value.flatMap((run) => read(run, byId.get(run.id))));
  });
  return { runs, trainings, pending, pendingSteps, missing, error };
}

/** Trainings of runs, made anew only of those whose records have changed. */
function createReader(): (run: ComparedRun, records: RunRecords | undefined) => readonly UnlabelledTraining[] {
  const known = new Map<string, { readonly version: string; readonly trainings: readonly UnlabelledTraining[] }>();
  return (run, records) => {
    // Read unseen, as those who wait for many runs are not to be told of each: they look when it is time.
    const state = records && toRaw(records.state);
    const live = state && state.status !== 'loading' ? records : undefined;
    const version = live ? `${state!.version}` : `epochs ${run.epochs.length}`;
    const before = known.get(run.id);
    if (before?.version === version) return before.trainings;
    const { steps, epochs } = live ?? { steps: { columns: noSteps }, epochs: run.epochs };
    const trainings = trainingsOfRun(runData(run, { steps, epochs }));
    known.set(run.id, { version, trainings });
    return trainings;
  };
}
