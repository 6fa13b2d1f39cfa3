import { z } from 'zod';
import { gateOf, type OwnLoss } from './gate.ts';
import { sigmoid } from './rank.ts';

const params = {
  delta: z
    .number()
    .min(1e-6)
    .max(100)
    .default(0.01)
    .describe('δ, steepness of the gate loss (the testbed of the paper: 0.1)'),
  epsilon: z.number().min(0).max(1e9).default(1000).describe('ε, weight of the gate loss'),
  lambda: z.number().min(0).max(1e6).default(1).describe('λ, weight of its falling side'),
  mask: z
    .enum(['squared', 'linear'])
    .default('squared')
    .describe('m = f² as in the published code, m = f as in the paper'),
};

/** Constants of the gate's own loss (equation 1), and what the mask is. */
export type PublishedSettings = Readonly<z.output<z.ZodObject<typeof params>>>;

/** The gate of the paper: f = σ(f̂), the largest m are kept, and pruneLoss pulls Σm to the budget. */
export const published = gateOf({
  name: 'published',
  words: {
    label: 'published',
    hint: 'σ(f̂) is learned, with a loss that pulls its sum to the budget; the widest open are kept',
  },
  params,
  rules: (settings) => ({
    between: (_gate, _budget, reset) => reset(),
    weigh(gate) {
      const mask = maskOf(gate, settings.mask);
      return { scores: mask, mask, opening: null };
    },
    ownLoss: (gate, budget) => pruneLoss(gate, budget, settings),
    openness: (gate) => gate.map(sigmoid),
  }),
});

/** m for every map, rounded to float32 at each step as PyTorch does: whether two maps tie depends on it. */
export function maskOf(gate: Float32Array, mask: PublishedSettings['mask']): Float32Array {
  return gate.map((value) => {
    const f = Math.fround(sigmoid(value));
    return mask === 'squared' ? f * f : f;
  });
}

/** pruneLoss = exp(δ(Σm − B)) + λ·exp(−δ(Σm − B)) (equation 1) and ε times its gradient by f̂. */
export function pruneLoss(
  gate: Float32Array,
  budget: number,
  { delta, epsilon, lambda, mask }: PublishedSettings,
): OwnLoss {
  const excess = maskOf(gate, mask).reduce((sum, m) => sum + m, 0) - budget;
  const rising = Math.exp(delta * excess);
  const falling = lambda * Math.exp(-delta * excess);
  const slope = epsilon * delta * (rising - falling);
  const gradient = gate.map((value) => {
    const f = sigmoid(value);
    return slope * (mask === 'squared' ? 2 * f * f * (1 - f) : f * (1 - f));
  });
  return { loss: rising + falling, gradient };
}
