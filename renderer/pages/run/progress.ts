import type { Budget, Plan, PlannedPhase, StepColumns } from '../../../main/api.ts';

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
export interface PlanStanding {
  readonly steps: number;
  readonly bytes: number;
  /** What the same steps would have sent at full budget. */
  readonly fullBudgetBytes: number;
}

/** Steps are counted by training and phase, so it holds whatever the order they came in. */
export function planStanding(plan: Plan, steps: StepColumns): PlanStanding {
  const counts = countByPhase(steps);
  let [done, bytes] = [0, 0];
  for (const { training, phase, planned } of numberedPhases(plan.phases)) {
    const made = Math.min(planned.steps, counts.get(phaseKey(training, phase)) ?? 0);
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

/** Rows of a phase mostly follow one another, so they are counted by stretches. */
function countByPhase({ training, phase }: StepColumns): Map<number, number> {
  const counts = new Map<number, number>();
  for (let from = 0, row = 1; from < training.length; row++) {
    if (row < training.length && training[row] === training[from] && phase[row] === phase[from]) continue;
    const key = phaseKey(training[from], phase[from]);
    counts.set(key, (counts.get(key) ?? 0) + row - from);
    from = row;
  }
  return counts;
}

function phaseKey(training: number, phase: number): number {
  return training * 10_000 + phase;
}
