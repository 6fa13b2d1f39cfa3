import { watchThrottled } from '@vueuse/core';
import {
  computed,
  onScopeDispose,
  shallowRef,
  toValue,
  watch,
  type ComputedRef,
  type MaybeRefOrGetter,
  type Ref,
} from 'vue';
import type { RunDetail } from '../../../main/api.ts';
import type { TrainingData } from '../../../main/charts/data.ts';
import { labelled } from '../../../main/charts/labels.ts';
import { trainingsOfRun, type UnlabelledTraining } from '../../../main/charts/trainings.ts';
import { failureOf, useLab, useLabEvent } from '../../lab/index.ts';
import { useRecordsOf } from '../../stores/records.ts';
import type { RunRecords } from '../../stores/run-records.ts';
import { runData } from '../run/run-lines.ts';

export interface Compared {
  readonly runs: ComputedRef<readonly RunDetail[]>;
  readonly trainings: ComputedRef<readonly TrainingData[]>;
  /** How many runs were not read to their end yet. */
  readonly pending: ComputedRef<number>;
  /** Ids of runs that are not in this lab, or not any more. */
  readonly missing: ComputedRef<readonly string[]>;
  /** Why something else is not shown. */
  readonly error: Readonly<Ref<string | null>>;
}

/** More runs than this are shown once they are read: something always comes in, and drawing them all takes its time. */
const few = 20;

/** Milliseconds between two looks at what has come in. */
function pauseFor(runs: number): number {
  return 250 * Math.min(12, Math.max(1, runs / few));
}

/** The runs that are compared, in the order given, with their trainings as read so far; those that go on are followed. */
export function useCompared(ids: MaybeRefOrGetter<readonly string[]>): Compared {
  const lab = useLab();
  const details = shallowRef<ReadonlyMap<string, RunDetail>>(new Map());
  const gone = shallowRef<ReadonlySet<string>>(new Set());
  const error = shallowRef<string | null>(null);
  const runs = computed(() =>
    toValue(ids).flatMap((id) => (details.value.has(id) && !gone.value.has(id) ? [details.value.get(id)!] : [])),
  );
  const records = useRecordsOf(() => runs.value.map(({ id }) => id));

  async function load(wanted: readonly string[]): Promise<void> {
    const found = await Promise.allSettled(wanted.map((id) => lab.api.run(id)));
    const failures = found.map((each) => (each.status === 'rejected' ? failureOf(each.reason) : null));
    const known = found.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    details.value = new Map([...details.value, ...known.map((run) => [run.id, run] as const)]);
    const lost = wanted.filter((_, i) => failures[i]?.code === 'run-unknown');
    if (lost.length > 0) gone.value = new Set([...gone.value, ...lost]);
    error.value = failures.find((failure) => failure && failure.code !== 'run-unknown')?.message ?? null;
  }
  // What a run was set to stays what it is: only those that are new are asked for.
  watch(
    () => toValue(ids),
    (wanted) => void load(wanted.filter((id) => !details.value.has(id) && !gone.value.has(id))),
  );
  onScopeDispose(lab.onReady(() => void load(toValue(ids))));
  useLabEvent('runs', (_, deleted) => {
    if (deleted.some((id) => details.value.has(id))) gone.value = new Set([...gone.value, ...deleted]);
  });

  const missing = computed(() => toValue(ids).filter((id) => gone.value.has(id)));
  const pending = computed(() => {
    const read = records.value.filter(({ state }) => state.status !== 'loading').length;
    return Math.max(0, toValue(ids).length - missing.value.length - read);
  });
  const versions = shallowRef(0);
  watchThrottled(
    () =>
      pending.value > 0 && records.value.length > few
        ? 0
        : records.value.reduce((sum, { state }) => sum + 1 + state.version, 0),
    (now) => (versions.value = now),
    { throttle: () => pauseFor(records.value.length), immediate: true },
  );
  const read = createReader();
  const trainings = computed(() => {
    // Read for its sake, too: the records are outside of reactivity.
    if (versions.value === 0) return [];
    const byId = new Map(records.value.map((own) => [own.id, own]));
    return labelled(runs.value.flatMap((run) => read(run, byId.get(run.id))));
  });
  return {
    runs,
    trainings,
    pending,
    missing,
    error,
  };
}

/** Trainings of runs, made anew only of those whose records have changed. */
function createReader(): (run: RunDetail, records: RunRecords | undefined) => readonly UnlabelledTraining[] {
  const known = new Map<string, { readonly version: number; readonly trainings: readonly UnlabelledTraining[] }>();
  return (run, records) => {
    if (!records) return [];
    const before = known.get(run.id);
    const { version } = records.state;
    if (before?.version === version) return before.trainings;
    const trainings = trainingsOfRun(runData(run, records));
    known.set(run.id, { version, trainings });
    return trainings;
  };
}
