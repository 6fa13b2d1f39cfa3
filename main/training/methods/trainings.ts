import type { PlannedEpochs, Training } from '../plan.ts';
import type { Budget } from '../../records/column.ts';
import type { GateReset } from './method.ts';

/** A training of one phase. */
export function single(phase: PlannedEpochs): Training {
  return [{ ...phase, firstEpoch: 0, reset: null, freshOptimiser: true, result: true }];
}

/** The epochs of all phases in one, with the codecs of the experiment. */
export function throughout(budget: Budget, phases: readonly PlannedEpochs[]): Training {
  return single({ budget, epochs: phases.reduce((sum, { epochs }) => sum + epochs, 0) });
}

export interface InTurnOptions {
  /** What happens to the gate before every phase but the first. */
  readonly reset: GateReset;
  /** Whether every phase has an optimiser of its own, or the first one's goes on. */
  readonly freshOptimiser: boolean;
  /** Which phases leave a result: a member of Θ. */
  readonly results: 'all' | 'last';
}

/** One phase after another with the same network. */
export function inTurn(phases: readonly PlannedEpochs[], { reset, freshOptimiser, results }: InTurnOptions): Training {
  let firstEpoch = 0;
  return phases.map((planned, i) => {
    const phase = {
      ...planned,
      firstEpoch,
      reset: i === 0 ? null : reset,
      freshOptimiser: freshOptimiser || i === 0,
      result: results === 'all' || i === phases.length - 1,
    };
    firstEpoch += planned.epochs;
    return phase;
  });
}
