import type { MethodDefaults } from './method.ts';

/** What prune wants, and scratch with it, which it is measured against. */
export const fallingDefaults: MethodDefaults = {
  optimiser: { learningRate: 1e-3, momentum: 0.9 },
  // The published prune goes backward through its cast to float16; deprune sends the gradient in float32.
  codec: { down: 'float16' },
  phases: [
    { budget: 'full', epochs: 6 },
    { budget: 32, epochs: 3 },
    { budget: 4, epochs: 3 },
  ],
};
