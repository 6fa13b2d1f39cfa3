import { filled, gateOf } from './gate.ts';

/** No gate: all the maps of the module cross as they are, and f̂ stays what it was. For methods whose module has fewer maps by itself. */
export const none = gateOf({
  name: 'none',
  words: { label: 'none', hint: 'All maps of the module cross as they are; for the fixed bottleneck' },
  params: {},
  rules: () => ({
    weigh(gate) {
      const ones = filled(gate.length, 1);
      return { scores: ones, mask: ones, opening: { values: ones, slopes: filled(gate.length, 0) } };
    },
    measure: (gate) => gate,
    openness: (gate) => filled(gate.length, 1),
  }),
});
