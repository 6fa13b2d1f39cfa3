import { computed, onScopeDispose, shallowRef, watch, type ComputedRef } from 'vue';
import type { PlanTask, SetTimes } from '../../../main/api.ts';
import type { FamilyChartSpec } from '../../../main/charts/kinds/family.ts';
import { attempt } from '../../components/toasts.ts';
import { useLongTasks } from '../../components/useLongTasks.ts';
import { useLab } from '../../lab/index.ts';

export interface ShownTimes {
  /** What the halves of the sets compute, or null while one of them was not timed. */
  readonly compute: ComputedRef<FamilyChartSpec['compute']>;
  readonly engines: ComputedRef<readonly string[]>;
  /** The sets whose layers were not timed here. */
  readonly untimed: ComputedRef<readonly string[]>;
  /** Timing that is under way, or failed. */
  readonly task: ComputedRef<PlanTask | null>;
  measure(): Promise<boolean>;
  cancel(task: PlanTask): Promise<boolean>;
}

/** What the halves of these sets compute for a request on this machine, as far as it was timed. */
export function useSetTimes(names: () => readonly string[]): ShownTimes {
  const lab = useLab();
  const known = shallowRef<Readonly<Record<string, SetTimes>>>({});
  const { tasks, show } = useLongTasks('planTask', () => undefined);

  async function ask(): Promise<void> {
    // A set of a version whose experiment is not read here has no times.
    const times = names().map((name) =>
      lab.api.modelTimes(name).then(
        (each) => [name, each] as const,
        () => null,
      ),
    );
    const answers = (await Promise.all(times)).filter((answer) => answer !== null);
    known.value = Object.fromEntries(answers.flatMap(([name, each]) => (each ? [[name, each]] : [])));
  }

  watch(
    () => names().join(),
    () => void ask(),
    { immediate: true },
  );
  onScopeDispose(lab.on('planTimes', () => void ask()));

  const untimed = computed(() => names().filter((name) => !known.value[name]));
  const task = computed(
    () => [...tasks.value.values()].findLast(({ status }) => ['running', 'failed'].includes(status)) ?? null,
  );
  return {
    untimed,
    task,
    compute: computed(() => {
      if (untimed.value.length > 0 || names().length === 0) return null;
      return Object.fromEntries(names().map((name) => [name, known.value[name].pairs]));
    }),
    engines: computed(() => [...new Set(names().flatMap((name) => known.value[name]?.engines ?? []))]),
    measure: () =>
      attempt(async () => {
        for (const name of untimed.value) show(await lab.api.timeModelSet(name));
      }),
    cancel: ({ id }) => attempt(() => lab.api.cancelPlanTask(id)),
  };
}
