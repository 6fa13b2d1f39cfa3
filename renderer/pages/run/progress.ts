import type { Budget, Plan, PlannedPhase } from '../../../main/api.ts';
import type { PhaseTotals } from '../../stores/phase-totals.ts';

/** A stretch of the progress bar. */
export interface PhaseSegment {
  readonly training: number;
  readonly budget: Budget;
  readonly epochs: number;
  /** Where it begins and how long it is, as shares of the whole run's steps. */
  readonly start: number;
  readonly share: number;
}

export function phaseSegments({ phases, steps }: Pick<Plan, 'phases' | 'steps'>): PhaseSegment[] {
  let start = 0;
  return phases.map(({ training, budget, epochs, steps: own }) => {
    const segment = { training, budget, epochs, start, share: own / steps };
    start += segment.share;
    return segment;
  });
}

/** How many of a plan's steps a run has made, and the bytes the plan has for these. */
export interface PlanProgress {
  readonly steps: number;
  readonly bytes: number;
  /** What the same steps would have sent at full budget. */
  readonly fullBudgetBytes: number;
}

export function planProgress(plan: Plan, totals: readonly PhaseTotals[]): PlanProgress {
  let [done, bytes] = [0, 0];
  for (const { training, phase, planned } of numberedPhases(plan.phases)) {
    const own = totals.filter((each) => each.training === training && each.phase === phase);
    const steps = own.reduce((sum, each) => sum + each.steps, 0);
    const made = Math.min(planned.steps, steps);
    done += made;
    if (planned.steps > 0) bytes += (made / planned.steps) * (planned.bytesUp + planned.bytesDown);
  }
  return { steps: done, bytes, fullBudgetBytes: plan.steps > 0 ? (done / plan.steps) * plan.fullBudgetBytes : 0 };
}

/** Phases with their place in their training, as records number them. */
export function numberedPhases(
  phases: readonly PlannedPhase[],
): { readonly training: number; readonly phase: number; readonly planned: PlannedPhase }[] {
  return phases.map((planned, i) => {
    const first = phases.findIndex(({ training }) => training === planned.training);
    return { training: planned.training, phase: i - first, planned };
  });
}
