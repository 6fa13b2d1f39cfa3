import { z } from 'zod';
import type { Random } from '../../random.ts';
import { filled, gateOf } from './gate.ts';
import { sigmoid } from './rank.ts';

const params = {
  penalty: z
    .number()
    .min(0)
    .max(1e6)
    .default(0.01)
    .describe('hard-concrete: λ₀, weight of the L0 penalty, the number of gates that are expected to be open'),
};

/** γ, ζ and β of the paper: its interval reaches beyond [0, 1], so that gates are shut or wide open with some probability. */
const low = -0.1;
const high = 1.1;
const temperature = 2 / 3;

/** f̂ from which on z = 1 without chance: before a phase of all maps every gate is opened so far. */
const open = 3;

/**
 * Hard-concrete gates (Louizos et al., ICLR 2018): f̂ = log α; z = min(1, max(0, s·(ζ − γ) + γ)) with
 * s = σ((log u − log(1 − u) + log α)/β), u drawn for each map and step, multiplies the map, and λ₀·Σσ(log α − β·log(−γ/ζ)) is
 * added to the loss in budgeted phases. The maps with the largest s are kept. Without chance s = σ(log α).
 */
export const hardConcrete = gateOf({
  name: 'hard-concrete',
  words: {
    label: 'hard-concrete, L0',
    hint: 'Gates that are drawn shut, open or between, with a penalty on how many are open; the widest open are kept',
  },
  params,
  rules: ({ penalty }) => ({
    initial: (maps, source) => Float32Array.from({ length: maps }, () => 0.01 * source.normal()),
    between: (gate, budget) => (budget === null ? gate.map((value) => Math.max(value, open)) : gate),
    weigh(gate, _budget, draw) {
      const scores = draw ? gate.map((value) => concrete(value, draw)) : gate.map(sigmoid);
      const stretched = scores.map((s) => s * (high - low) + low);
      const scale = (high - low) / (draw ? temperature : 1);
      return {
        scores,
        mask: filled(gate.length, 1),
        opening: {
          values: stretched.map((value) => Math.min(1, Math.max(0, value))),
          slopes: scores.map((s, map) => (stretched[map] > 0 && stretched[map] < 1 ? scale * s * (1 - s) : 0)),
        },
      };
    },
    ownLoss(gate) {
      const shift = temperature * Math.log(-low / high);
      const opens = gate.map((value) => sigmoid(value - shift));
      return {
        loss: penalty * opens.reduce((sum, p) => sum + p, 0),
        gradient: opens.map((p) => penalty * p * (1 - p)),
      };
    },
    openness: (gate) => gate.map(sigmoid),
  }),
});

function concrete(logAlpha: number, source: Random): number {
  const u = source.uniform() + 2 ** -33;
  return sigmoid((Math.log(u) - Math.log(1 - u) + logAlpha) / temperature);
}
