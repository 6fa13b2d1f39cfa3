import type { PlannedEpochs } from '../plan.ts';
import type { Budget } from '../../records/column.ts';
import type { Method } from './method.ts';
import { throughout } from './trainings.ts';

/** A baseline: the smallest budget in all epochs. */
export const highCompression = {
  name: 'high-compression',
  words: {
    label: 'high compression',
    short: 'Few maps throughout',
    hint: 'The smallest budget throughout',
    help: 'the smallest budget for the epochs of all phases',
  },
  order: null,
  module: true,
  elsewhere: null,
  remark: {
    text: 'High compression trains all {epochs} epochs with the smallest of these budgets.',
    unless: 'single',
  },
  defaults: {},
  trainings: (phases) => [throughout(smallest(phases), phases)],
} as const satisfies Method;

function smallest(phases: readonly PlannedEpochs[]): Budget {
  const limited = phases.flatMap(({ budget }) => (budget === null ? [] : [budget]));
  return limited.length > 0 ? Math.min(...limited) : null;
}
