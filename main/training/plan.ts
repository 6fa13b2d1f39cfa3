import type { GateReset } from './methods/method.ts';
import { methodNamed, type MethodName } from './methods/table.ts';
import type { Budget } from '../records/column.ts';
import type { OwnCodecs } from './controller.ts';

export interface PhaseSettings {
  readonly budget: number | 'full';
  readonly epochs: number;
  readonly own?: OwnCodecs | undefined;
}

/** The same once it is known how many maps there are. */
export interface PlannedEpochs {
  readonly budget: Budget;
  readonly epochs: number;
  /** The codecs that the phase has of its own, where the method trains the phases one by one. */
  readonly own?: OwnCodecs | undefined;
}

/** One phase as it will be trained. */
export interface Phase extends PlannedEpochs {
  /** Epoch of the training this phase begins at. */
  readonly firstEpoch: number;
  /** What happens to the gate before the phase. */
  readonly reset: GateReset | null;
  readonly freshOptimiser: boolean;
  /** Whether the halves as they stand at its end are a result: a member of Θ. */
  readonly result: boolean;
}

/** One training from new weights: a list of phases. */
export type Training = readonly Phase[];

/** The trainings a method makes of the phases given. A budget of all φ maps is full. */
export function planTrainings(method: MethodName, phases: readonly PhaseSettings[], maps: number): Training[] {
  return methodNamed(method).trainings(
    phases.map(({ budget, ...phase }) => ({ ...phase, budget: budget === 'full' || budget >= maps ? null : budget })),
  );
}

/** A pair that a run is to end with, a member of Θ, and the phases of a training that lead to it. */
export interface PlannedPair {
  readonly training: number;
  /** Phases of the training, both within: those since the pair before it, or since new weights. */
  readonly firstPhase: number;
  readonly lastPhase: number;
  readonly budget: Budget;
}

/** The pairs that a method makes of the phases given, in the order they are trained. A budget of all φ maps is full. */
export function plannedPairs(method: MethodName, phases: readonly PhaseSettings[], maps: number): PlannedPair[] {
  return planTrainings(method, phases, maps).flatMap((training, number) => {
    let firstPhase = 0;
    return training.flatMap(({ budget, result }, lastPhase) => {
      if (!result) return [];
      const pair = { training: number, firstPhase, lastPhase, budget };
      firstPhase = lastPhase + 1;
      return [pair];
    });
  });
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
