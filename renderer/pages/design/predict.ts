import { formatNumber } from '../../../main/charts/formats.ts';
import { trainingMemory } from '../../../main/api/planning.ts';
import type { CutDescription, Experiment, LayerDescription, Plan } from '../../../main/api.ts';

/** How much less, or more, a plan sends than something else: `3.1× less than`. */
export function comparedTo(bytes: number, other: number): string {
  const factor = other / bytes;
  if (!Number.isFinite(factor) || factor <= 0) return '';
  if (Math.abs(factor - 1) < 0.005) return 'as much as';
  return factor > 1 ? `${formatNumber(factor)}× less than` : `${formatNumber(1 / factor)}× more than`;
}

/** Why a prediction is not exact: what it leaves open, in words. */
export function caveats(
  { gate, sources, split, phases, stop }: Experiment,
  { atMost }: Pick<Plan, 'atMost'>,
): string[] {
  const budgeted = split.module !== null && phases.some(({ budget }) => budget !== 'full');
  return [
    ...(atMost ? ['At most: the codec shrinks it by as much as the values allow.'] : []),
    ...(stop ? ['At most: phases may end early.'] : []),
    ...(budgeted && gate.ties === 'keep' ? ['At least: maps equal to the last one within the budget cross too.'] : []),
    ...(sources.skew !== undefined && sources.count > 1 ? ['About: skewed sources differ in their last batches.'] : []),
  ];
}

/** How long a plan takes, its evaluations included where they are known; null where nothing is known. */
export function planSeconds({
  seconds,
  evaluationSeconds,
}: Pick<Plan, 'seconds' | 'evaluationSeconds'>): number | null {
  return seconds === null ? null : seconds + (evaluationSeconds ?? 0);
}

/** What the time of a plan leaves out. */
export function leftOut({ evaluationSeconds }: Pick<Plan, 'evaluationSeconds'>): string {
  return evaluationSeconds === null ? 'evaluation and start-up left out' : 'start-up left out';
}

export interface SideCost {
  readonly multiplyAdds: number;
  readonly parameters: number;
  readonly memory: number;
}

/** The work of client and server if the network were cut after so many of its layers. */
export function sideCosts(
  layers: readonly LayerDescription[],
  cut: CutDescription,
  held: number,
  experiment: Pick<Experiment, 'batchSize' | 'optimiser'>,
): { readonly client: SideCost; readonly server: SideCost } {
  const settings = { batchSize: experiment.batchSize, momentum: experiment.optimiser.momentum };
  const front = layers.slice(0, held);
  const back = layers.slice(held);
  const sum = (of: readonly LayerDescription[], key: 'multiplyAdds' | 'parameters'): number =>
    of.reduce((total, layer) => total + layer[key], 0);
  // The module's transposed convolution on the server mirrors the one on the client.
  const module = {
    multiplyAdds: cut.clientMultiplyAdds - sum(front, 'multiplyAdds'),
    parameters: cut.clientParameters - sum(front, 'parameters'),
  };
  const serverParameters = sum(back, 'parameters') + module.parameters;
  return {
    client: {
      multiplyAdds: cut.clientMultiplyAdds,
      parameters: cut.clientParameters,
      memory: trainingMemory(front, cut.clientParameters, settings),
    },
    server: {
      multiplyAdds: sum(back, 'multiplyAdds') + module.multiplyAdds,
      parameters: serverParameters,
      memory: trainingMemory(back, serverParameters, settings),
    },
  };
}

/** Bytes of one sample at a cut under a budget, or at the full one where the cut has no more maps; null where it cannot be. */
export function sampleBytes(
  cut: CutDescription,
  budget: number | null,
): { readonly up: number; readonly down: number } | null {
  if ('problem' in cut) return null;
  return (
    cut.traffic.find((traffic) => traffic.budget === budget) ?? cut.traffic.find(({ budget: b }) => b === null) ?? null
  );
}
