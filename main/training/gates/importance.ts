import { z } from 'zod';
import { filled, gateOf, type Measured } from './gate.ts';

const params = {
  memory: z
    .number()
    .min(0)
    .lt(1)
    .default(0.95)
    .describe('importance: what a running mean keeps of what it was, each time its map is measured'),
};

/** f̂ of a map that has not crossed yet. */
const unmeasured = -1;

/**
 * Keeps the maps that the loss would miss the most: f̂ is the running mean of |Σ a·∂L/∂a| of a sample's map, the first-order
 * change of its loss without that map (Molchanov et al., ICLR 2017, equation 8; CVPR 2019). Both are at the client anyway. Every map is
 * sent once before it is judged. Maps are sent as they are.
 */
export const importance = gateOf({
  name: 'importance',
  words: {
    label: 'importance',
    hint: 'Keeps the maps that the loss would miss the most, by a running mean of |gradient × activation|',
  },
  params,
  rules: ({ memory }) => ({
    initial: (maps) => filled(maps, unmeasured),
    weigh(gate, _budget, draw) {
      const ones = filled(gate.length, 1);
      const scores = draw ? gate.map((value) => (value < 0 ? Infinity : value)) : gate;
      return { scores, mask: ones, opening: { values: ones, slopes: filled(gate.length, 0) } };
    },
    measure: (gate, step) => remember(gate, step, memory),
    openness(gate) {
      const most = Math.max(...gate, Number.MIN_VALUE);
      return gate.map((value) => Math.max(0, value) / most);
    },
  }),
});

/** Mean over the samples of |Σ a·∂L/∂a| for each map that was sent; ∂L/∂a is that of the batch, 1/samples of a sample's. */
export function taylor({ kept, samples, sent, gradient }: Measured): Float32Array {
  const maps = kept.length;
  const perSample = sent.length / samples;
  const means = new Float64Array(maps);
  const sums = new Float64Array(maps);
  for (let sample = 0; sample < samples; sample++) {
    sums.fill(0);
    const end = (sample + 1) * perSample;
    for (let at = sample * perSample; at < end; at += maps) {
      for (let k = 0; k < maps; k++) sums[k] += sent[at + k] * gradient[at + k];
    }
    for (let k = 0; k < maps; k++) means[k] += Math.abs(sums[k]);
  }
  return Float32Array.from(means);
}

/**
 * The running means after a step. As a training goes on gradients shrink, and the means of maps that are not sent would
 * come to lie above those of maps that are: they shrink by as much as those that were measured did together.
 */
function remember(gate: Float32Array, step: Measured, memory: number): Float32Array {
  const next = gate.slice();
  let [before, after] = [0, 0];
  taylor(step).forEach((value, i) => {
    const map = step.kept[i];
    next[map] = gate[map] < 0 ? value : memory * gate[map] + (1 - memory) * value;
    if (gate[map] < 0) return;
    before += gate[map];
    after += next[map];
  });
  const scale = before > 0 && after > 0 ? after / before : 1;
  const sent = new Set(step.kept);
  return next.map((value, map) => (sent.has(map) || value < 0 ? value : value * scale));
}
