import type { Random } from '../../random.ts';
import { fallingDefaults } from './falling.ts';
import type { Method } from './method.ts';
import { inTurn } from './trainings.ts';

/** Algorithm 3: falling budgets with one network, and a result for each. */
export const prune = {
  name: 'prune',
  words: {
    label: 'prune',
    short: 'A smaller model each time',
    hint: 'Train the whole, then a smaller model for each falling budget: algorithm 3',
    help: 'falling budgets, a model for each',
  },
  order: { direction: 'falling', required: true },
  module: true,
  elsewhere: null,
  remark: null,
  defaults: fallingDefaults,
  // The published code keeps the momentum throughout.
  trainings: (phases) => [inTurn(phases, { reset: resetPrune, freshOptimiser: false, results: 'all' })],
} as const satisfies Method;

/** resetPrune, before a smaller budget: f̂ above the threshold starts over uniform on [0, 3), the rest closes. */
export function resetPrune(gate: Float32Array, source: Random, threshold = 0.1): Float32Array {
  // As PyTorch compares with it: in float32, where a gate at the threshold is not above it.
  const least = Math.fround(threshold);
  return gate.map((value) => (value > least ? 3 * source.uniform() : -15));
}
