import { z } from 'zod';
import type { Random } from '../../random.ts';
import type { Budget } from '../../records/column.ts';
import { filled, gateOf } from './gate.ts';
import { sigmoid } from './rank.ts';

const params = {
  temperature: z
    .number()
    .min(0.001)
    .max(100)
    .default(0.1)
    .describe('straight-through: τ, how much chance there is in the choice, and how soft the top B is on the way back'),
};

/**
 * Straight-through top B: in training the maps with the largest f̂ + τ·Gumbel noise are kept, which draws B of them without
 * replacement with probabilities ∝ exp(f̂/τ) (Kool et al., ICML 2019). Forward they are wide open; backward each is
 * σ((score − θ)/τ), θ being midway between the last map kept and the first that is not (Bengio et al., 2013; Jang et al., ICLR
 * 2017). Maps that did not cross have no gradient. At full budget there is no θ, and the slope is the one at it.
 */
export const straightThrough = gateOf({
  name: 'straight-through',
  words: {
    label: 'straight-through top B',
    hint: 'Draws the maps by f̂ with some chance; forward they are wide open, backward the choice is a soft one',
  },
  params,
  rules: ({ temperature }) => ({
    initial: (maps, source) => Float32Array.from({ length: maps }, () => source.uniform()),
    weigh(gate, budget, draw) {
      const ones = filled(gate.length, 1);
      const scores = draw ? gate.map((value) => value + temperature * gumbel(draw)) : gate;
      return { scores, mask: ones, opening: { values: ones, slopes: slopesOf(scores, budget, temperature) } };
    },
    openness: (gate) => gate.map(sigmoid),
  }),
});

function gumbel(source: Random): number {
  return -Math.log(-Math.log(source.uniform() + 2 ** -33));
}

/** dσ((score − θ)/τ)/df̂ of every map. */
function slopesOf(scores: Float32Array, budget: Budget, temperature: number): Float32Array {
  if (budget === null || budget >= scores.length) return filled(scores.length, 0.25 / temperature);
  const falling = scores.toSorted().reverse();
  const threshold = (falling[budget - 1] + falling[budget]) / 2;
  return scores.map((score) => {
    const p = sigmoid((score - threshold) / temperature);
    return (p * (1 - p)) / temperature;
  });
}
