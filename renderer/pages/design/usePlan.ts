import { watchDebounced } from '@vueuse/core';
import { computed, onScopeDispose, reactive, shallowRef, type ComputedRef, type Ref } from 'vue';
import type { Goal, PlanTable, PlanTask } from '../../../main/api.ts';
import { attempt } from '../../components/toasts.ts';
import { useLongTasks } from '../../components/useLongTasks.ts';
import { useLab, useLabReady } from '../../lab/index.ts';
import { useDesign } from './useDesign.ts';

/** What is asked of the choice, as it is typed: milliseconds, kB and MB. */
export interface TypedWish {
  goal: Goal;
  milliseconds: number | undefined;
  kilobytes: number | undefined;
  megabytes: number | undefined;
}

export interface Planning {
  readonly wish: TypedWish;
  /** Of the experiment as it was last sound; null while its layers are not timed. */
  readonly table: Readonly<Ref<PlanTable | null>>;
  /** Whether the lab has answered at all. */
  readonly asked: Readonly<Ref<boolean>>;
  /** Timing that is under way, or failed. */
  readonly task: ComputedRef<PlanTask | null>;
  measure(): void;
  cancel(): void;
}

const quietMs = 120;
const longestMs = 400;

/** What every cut, budget and codec of the experiment at hand would cost; asked again with every change of it. */
export function usePlan(): Planning {
  const lab = useLab();
  const { draft, examination, experiment } = useDesign();
  const wish = reactive<TypedWish>({
    goal: 'step',
    milliseconds: undefined,
    kilobytes: undefined,
    megabytes: undefined,
  });
  const table = shallowRef<PlanTable | null>(null);
  const asked = shallowRef(false);
  const { tasks, set, show } = useLongTasks('planTask', () => undefined);
  let newest = 0;

  async function ask(): Promise<void> {
    if (!examination.value?.design) return;
    const mine = ++newest;
    const { goal, milliseconds, kilobytes, megabytes } = wish;
    const limits = {
      ...(milliseconds === undefined ? {} : { seconds: milliseconds / 1000 }),
      ...(kilobytes === undefined ? {} : { bytes: kilobytes * 1e3 }),
      ...(megabytes === undefined ? {} : { memoryBytes: megabytes * 1e6 }),
    };
    // An experiment that is not sound is told of beside its fields; the plan stays that of the one before.
    const answer = await lab.api.planChoices(draft.input, { goal, limits }).catch(() => undefined);
    if (answer === undefined || mine !== newest) return;
    table.value = answer;
    asked.value = true;
  }

  watchDebounced([examination, wish], () => void ask(), { debounce: quietMs, maxWait: longestMs, immediate: true });
  onScopeDispose(lab.on('planTimes', () => void ask()));
  useLabReady(() => {
    void ask();
    void lab.api.planTasks().then(set, () => undefined);
  });

  const task = computed(() => tasks.value.get(experiment.value?.model.name ?? '') ?? null);
  return {
    wish,
    table,
    asked,
    task,
    measure: () => void attempt(async () => show(await lab.api.timeLayers(draft.input))),
    cancel: () => void (task.value && attempt(() => lab.api.cancelPlanTask(task.value!.id))),
  };
}
