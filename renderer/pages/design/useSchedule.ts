import { computed, type ComputedRef } from 'vue';
import type { MethodEntry, PlannedPhase } from '../../../main/api.ts';
import { defaultMethod, useMethods } from '../../stores/methods.ts';
import { remarkOn } from './method.ts';
import { totalEpochs, type Schedule, type SizedSchedule } from './schedule.ts';
import { useDesign } from './useDesign.ts';

export interface ScheduleEditing {
  readonly phases: ComputedRef<Schedule>;
  /** The same with budgets of bytes in maps, as the plan has them; all maps while it does not say. */
  readonly sized: ComputedRef<SizedSchedule>;
  /** Undefined until the lab has told of its methods. */
  readonly method: ComputedRef<MethodEntry | undefined>;
  /** φ at the cut. */
  readonly maps: ComputedRef<number>;
  readonly whole: ComputedRef<number>;
  /** What each phase is predicted to send, where the method trains them one by one. */
  readonly planned: ComputedRef<readonly (PlannedPhase | null)[]>;
  /** What the method makes of the phases where it does not train them as they are. */
  readonly remark: ComputedRef<string | null>;
  change(phases: Schedule, gesture?: string | null): void;
}

/** The schedule of the active experiment, for timeline and table. */
export function useSchedule(): ScheduleEditing {
  const { draft, experiment, design } = useDesign();
  const phases = computed<Schedule>(() => experiment.value?.phases ?? []);
  const { named } = useMethods();
  const method = computed(() => named(experiment.value?.method ?? defaultMethod));
  const whole = computed(() => totalEpochs(phases.value));
  const oneByOne = computed(() => method.value?.oneByOne ?? false);

  const planned = computed(() => {
    const plan = design.value?.plan.phases ?? [];
    return phases.value.map((_, i) => (oneByOne.value && plan.length === phases.value.length ? plan[i] : null));
  });

  return {
    phases,
    sized: computed(() =>
      phases.value.map((phase, i) =>
        isSized(phase)
          ? phase
          : { ...phase, budget: (planned.value[i] ?? design.value?.plan.phases[0])?.budget ?? ('full' as const) },
      ),
    ),
    method,
    maps: computed(() => design.value?.sent[2] ?? 128),
    whole,
    planned,
    remark: computed(() => remarkOn(method.value, phases.value, whole.value)),
    change: (changed, gesture = null) => {
      if (changed !== phases.value) draft.set('phases', changed, gesture);
    },
  };
}

function isSized(phase: Schedule[number]): phase is SizedSchedule[number] {
  return typeof phase.budget !== 'object';
}
