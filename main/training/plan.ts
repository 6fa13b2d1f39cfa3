import type { Budget } from '../records/column.ts';

export type Method = 'deprune' | 'prune' | 'full' | 'high-compression' | 'scratch' | 'plain-split' | 'raw-image';

export interface PhaseSettings {
  readonly budget: number | 'full';
  readonly epochs: number;
}

/** One phase as it will be trained. */
export interface Phase {
  readonly budget: Budget;
  readonly epochs: number;
  /** Epoch of the training this phase begins at. */
  readonly firstEpoch: number;
  /** What happens to the gate before the phase. */
  readonly reset: 'deprune' | 'prune' | null;
  readonly freshOptimiser: boolean;
  /** Whether the halves as they stand at its end are a result: a member of Θ. */
  readonly result: boolean;
}

/** One training from new weights: a list of phases. */
export type Training = readonly Phase[];

/**
 * The trainings a method makes of the phases given. deprune and prune go through them with one network; scratch trains
 * a new network for each; the baselines take the epochs of all phases at one budget. A budget of all φ maps is full.
 */
export function planTrainings(method: Method, phases: readonly PhaseSettings[], maps: number): Training[] {
  const budgetOf = (budget: number | 'full'): Budget => (budget === 'full' || budget >= maps ? null : budget);
  const epochs = phases.reduce((sum, phase) => sum + phase.epochs, 0);
  const single = (budget: Budget, count: number): Training => [
    { budget, epochs: count, firstEpoch: 0, reset: null, freshOptimiser: true, result: true },
  ];
  switch (method) {
    case 'deprune':
    case 'prune':
      return [inTurn(method, phases, budgetOf)];
    case 'scratch':
      return phases.map((phase) => single(budgetOf(phase.budget), phase.epochs));
    case 'high-compression':
      return [single(smallest(phases.map((phase) => budgetOf(phase.budget))), epochs)];
    case 'full':
    case 'plain-split':
    case 'raw-image':
      return [single(null, epochs)];
  }
}

function inTurn(
  method: 'deprune' | 'prune',
  phases: readonly PhaseSettings[],
  budgetOf: (budget: number | 'full') => Budget,
): Training {
  let firstEpoch = 0;
  return phases.map(({ budget, epochs }, i) => {
    const phase: Phase = {
      budget: budgetOf(budget),
      epochs,
      firstEpoch,
      reset: i === 0 ? null : method,
      // The published code makes a new optimiser for each deprune phase and keeps prune's momentum throughout.
      freshOptimiser: method === 'deprune' || i === 0,
      result: method === 'prune' || i === phases.length - 1,
    };
    firstEpoch += epochs;
    return phase;
  });
}

function smallest(budgets: readonly Budget[]): Budget {
  const limited = budgets.filter((budget) => budget !== null);
  return limited.length > 0 ? Math.min(...limited) : null;
}

/** selectLr(l_k, γ): in every phase but the first, the first l_k epochs learn γ times as fast. */
export function selectLearningRate(
  base: number,
  { epochs, factor }: { epochs: number; factor: number },
  phaseIndex: number,
  epochOfPhase: number,
): number {
  return phaseIndex > 0 && epochOfPhase < epochs ? base * factor : base;
}
