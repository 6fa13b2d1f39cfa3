import { z } from 'zod';
import { dense as denseLayer } from '../layers/dense.ts';
import { foldPooling } from '../layers/fold.ts';
import { poolFlatten } from '../layers/pool-flatten.ts';
import { sequence } from '../layers/sequence.ts';
import { addActivation, addFlatten } from '../operators.ts';
import type { EntryType, Place } from './entry.ts';
import { count } from './window.ts';

const schema = z.strictObject({
  type: z.literal('dense'),
  units: count,
  activation: z.enum(['relu', 'none']),
  /** Follows the activation, in training only. */
  dropout: z.number().min(0).lt(1).optional(),
});

export type DenseEntry = Readonly<z.infer<typeof schema>>;

/** Fully connected layer. */
export const dense: EntryType<DenseEntry> = {
  type: 'dense',
  kind: 'dense',
  schema: () => schema,
  label({ activation, dropout }, place) {
    const folded = place.pooling ? ` (${inputs(place)} inputs folded to ${worked(place)})` : '';
    return `dense${activation === 'relu' ? ', ReLU' : ''}${dropout === undefined ? '' : `, dropout ${dropout}`}${folded}`;
  },
  shape: ({ units }) => [1, 1, units],
  nodes: () => true,
  cost: ({ units }, place) => ({ parameters: (inputs(place) + 1) * units, multiplyAdds: worked(place) * units }),
  torchModules: ({ activation, dropout }) => 1 + (activation === 'relu' ? 1 : 0) + (dropout ? 1 : 0),
  /** On nodes, on maps (flattened as PyTorch does), or with the pooling before it folded in. */
  build(entry, place) {
    const { input, pooling, name, seed } = place;
    const [height, width] = input;
    const fold = pooling ? foldPooling(pooling.input, pooling.size) : undefined;
    const layer = denseLayer(entry, { name: name(0), inputs: worked(place), seed, fold });
    return height * width > 1 ? sequence([poolFlatten([height, width], null), layer]) : layer;
  },
  /** Weights that a pooling was folded into take the maps before it. */
  write({ activation }, { name, nodes }, x, graph) {
    const weights = ['weight', 'bias'].map((field) => graph.weight(`${name(0)}.${field}`));
    const product = graph.add('Gemm', [addFlatten(graph, x, nodes), ...weights], { transB: 1 });
    return addActivation(graph, product, activation);
  },
  takesPooling: true,
};

function inputs({ input: [height, width, maps] }: Place): number {
  return height * width * maps;
}

/** Inputs it multiplies with: the values before pooling where that is folded in. */
function worked(place: Place): number {
  const { pooling } = place;
  return pooling ? (inputs(place) / pooling.size ** 2) * pooling.input[0] * pooling.input[1] : inputs(place);
}
