import { computed, type ComputedRef } from 'vue';
import type { CutDescription } from '../../../main/api.ts';
import { withLayer } from './method.ts';
import { heldAt, layerAfter } from './strip.ts';
import { useMethods } from '../../stores/methods.ts';
import { useDesign } from './useDesign.ts';
import { useSchedule } from './useSchedule.ts';

export interface CutEditing {
  readonly cuts: ComputedRef<readonly CutDescription[]>;
  /** Of the last place where the network can be cut. */
  readonly last: ComputedRef<number>;
  /** Layers the client holds. */
  readonly held: ComputedRef<number>;
  /** The smallest budget of the schedule, where there is one and a module to hold it. */
  readonly budget: ComputedRef<number | null>;
  /** Moves the cut, to the nearest end where there is none; a whole gesture is undone as one. */
  moveTo(held: number): void;
}

/** The cut of the network: where it is, where it may be, and how it is moved. */
export function useCut(): CutEditing {
  const { draft, experiment, network } = useDesign();
  const { named } = useMethods();
  const { sized } = useSchedule();
  const cuts = computed(() => network.value?.cuts ?? []);
  const last = computed(() => Math.max(0, cuts.value.length - 1));
  const held = computed(() => Math.min(last.value, heldAt(experiment.value?.split.layer ?? 0)));

  return {
    cuts,
    last,
    held,
    budget: computed(() => {
      const limited = sized.value.flatMap((phase) => (phase.budget === 'full' ? [] : [phase.budget]));
      return experiment.value?.split.module && limited.length > 0 ? Math.min(...limited) : null;
    }),
    moveTo: (to) => {
      const next = Math.min(last.value, Math.max(0, to));
      if (next !== held.value) draft.update((input) => withLayer(input, layerAfter(next), named), 'cut');
    },
  };
}
