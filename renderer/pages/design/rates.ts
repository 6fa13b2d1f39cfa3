import type { Experiment, MethodEntry } from '../../../main/api.ts';
import { writtenNumber } from '../../components/number-text.ts';

/** The learning rate of a phase: `0.01`, or `0.001 for 2 epochs, then 0.01` where selectLr has a say. */
export function phaseRates(
  { optimiser, selectLr, phases }: Pick<Experiment, 'optimiser' | 'selectLr' | 'phases'>,
  index: number,
  method: Pick<MethodEntry, 'newWeights'> | undefined,
): string {
  const base = writtenNumber(optimiser.learningRate);
  const selects = index > 0 && !method?.newWeights && selectLr.epochs > 0 && selectLr.factor !== 1;
  if (!selects) return base;
  const first = writtenNumber(Number((optimiser.learningRate * selectLr.factor).toPrecision(6)));
  return selectLr.epochs >= phases[index].epochs ? first : `${first} for ${selectLr.epochs}, then ${base}`;
}
