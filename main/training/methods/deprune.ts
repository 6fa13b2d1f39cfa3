import type { Random } from '../../random.ts';
import type { Method } from './method.ts';
import { inTurn } from './trainings.ts';

/** Algorithms 1 and 2: rising budgets with one network. */
export const deprune = {
  name: 'deprune',
  words: {
    label: 'deprune',
    short: 'Few maps first, then more',
    hint: 'Train with few maps first, then with more: algorithms 1 and 2',
    help: 'rising budgets',
  },
  order: { direction: 'rising', required: true },
  module: true,
  elsewhere: null,
  remark: null,
  defaults: {},
  // The published code makes a new optimiser for each phase.
  trainings: (phases) => [inTurn(phases, { reset: resetDeprune, freshOptimiser: true, results: 'last' })],
} as const satisfies Method;

/** As PyTorch compares with it: in float32, where a gate at the threshold is not below it. */
const open = Math.fround(0.9);

/** resetdePrune, before a larger budget: f̂ below 0.9 starts over uniform on [0, 3), the rest opens fully. */
export function resetDeprune(gate: Float32Array, source: Random): Float32Array {
  return gate.map((value) => (value < open ? 3 * source.uniform() : 15));
}
