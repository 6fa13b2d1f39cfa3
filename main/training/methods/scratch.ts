import { fallingDefaults } from './falling.ts';
import type { Method } from './method.ts';
import { single } from './trainings.ts';

/** A baseline: compression-aware training as it was before, a new network for each budget. */
export const scratch = {
  name: 'scratch',
  words: {
    label: 'from scratch',
    short: 'New weights each time',
    hint: 'New weights for each budget: what prune is measured against',
    help: 'new weights for each budget',
  },
  order: { direction: 'falling', required: false },
  module: true,
  elsewhere: null,
  baseline: true,
  remark: null,
  defaults: fallingDefaults,
  trainings: (phases) => phases.map(single),
} as const satisfies Method;
