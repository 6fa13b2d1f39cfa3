import { computed, type ComputedRef } from 'vue';
import type { Method, PlannedPhase } from '../../../main/api.ts';
import { hasModule } from './method.ts';
import { totalEpochs, type Schedule } from './schedule.ts';
import { useDesign } from './useDesign.ts';

export interface ScheduleEditing {
  readonly phases: ComputedRef<Schedule>;
  readonly method: ComputedRef<Method>;
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
  const method = computed<Method>(() => experiment.value?.method ?? 'deprune');
  const whole = computed(() => totalEpochs(phases.value));
  const oneByOne = computed(() => ['deprune', 'prune', 'scratch'].includes(method.value));

  return {
    phases,
    method,
    maps: computed(() => design.value?.sent[2] ?? 128),
    whole,
    planned: computed(() => {
      const plan = design.value?.plan.phases ?? [];
      return phases.value.map((_, i) => (oneByOne.value && plan.length === phases.value.length ? plan[i] : null));
    }),
    remark: computed(() => remarkOn(method.value, phases.value, whole.value)),
    change: (changed, gesture = null) => {
      if (changed !== phases.value) draft.set('phases', changed, gesture);
    },
  };
}

function remarkOn(method: Method, phases: Schedule, epochs: number): string | null {
  const times = `all ${epochs} epochs`;
  if (!hasModule(method)) return `There is no gate: every map crosses the network in ${times}, whatever the budgets.`;
  if (method === 'full') {
    const plain = phases.length === 1 && phases[0].budget === 'full';
    return plain ? null : `Full budget trains ${times} with all maps, so that it compares with this schedule.`;
  }
  if (method === 'high-compression') {
    return phases.length === 1 ? null : `High compression trains ${times} with the smallest of these budgets.`;
  }
  return null;
}
