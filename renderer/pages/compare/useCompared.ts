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
import { trainingsOf } from '../../../main/charts/trainings.ts';
import { failureOf, useLab } from '../../lab/index.ts';
import { useRecordsOf } from '../../stores/records.ts';
import { runData } from '../run/run-lines.ts';

export interface Compared {
  readonly runs: Readonly<Ref<readonly RunDetail[]>>;
  readonly trainings: ComputedRef<TrainingData[]>;
  /** Why something is not shown. */
  readonly error: Readonly<Ref<string | null>>;
}

/** The runs that are compared, in the order given, with their trainings as read so far; those that go on are followed. */
export function useCompared(ids: MaybeRefOrGetter<readonly string[]>): Compared {
  const lab = useLab();
  const runs = shallowRef<readonly RunDetail[]>([]);
  const error = shallowRef<string | null>(null);
  const records = useRecordsOf(() => runs.value.map(({ id }) => id));

  const load = async (): Promise<void> => {
    const wanted = toValue(ids);
    const found = await Promise.allSettled(wanted.map((id) => lab.api.run(id)));
    if (wanted !== toValue(ids)) return;
    runs.value = found.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const lost = found.find((each) => each.status === 'rejected');
    error.value = lost ? failureOf(lost.reason).message : null;
  };
  watch(
    () => toValue(ids),
    () => void load(),
  );
  onScopeDispose(lab.onReady(() => void load()));

  const trainings = computed(() =>
    trainingsOf(
      runs.value.flatMap((run) => {
        const own = records.value.find(({ id }) => id === run.id);
        // Read for its sake: the records are outside of reactivity.
        return own && own.state.version >= 0 ? [runData(run, own)] : [];
      }),
    ),
  );
  return { runs, trainings, error };
}
