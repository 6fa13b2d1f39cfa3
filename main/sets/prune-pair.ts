import type { NamedTensor, StateDict } from '../model/state.ts';
import type { Budget } from '../records/column.ts';
import { chooserOf, type GateSettings } from '../training/gates/chooser.ts';

export interface PairWeights {
  readonly client: StateDict;
  readonly server: StateDict;
}

/** A pair, and how many maps its modules hold if some were removed: null where it is as it was trained. */
export interface PrunedPair extends PairWeights {
  readonly maps: number | null;
}

/** The client's tensors with an entry for each map, by their names behind the module's; the map is the axis given. */
const axisOfMaps = new Map([
  ['prune_filter', 1],
  ['convIn1.weight', 0],
  ['convIn1.bias', 0],
  ['batchNormIn.weight', 0],
  ['batchNormIn.bias', 0],
  ['batchNormIn.running_mean', 0],
  ['batchNormIn.running_var', 0],
]);

const transposedFilter = 'features.0.convOut1.weight';

/**
 * Removes the maps that a pair never sends under its budget from both modules: from the client's convolution, its norm
 * and the gate, and from the server's transposed convolution, which takes in the mask m. Both halves compute what they
 * did, but for the rounding of (x·m)·w. At full budget, in a plain split and between the nodes of an MLP nothing goes.
 */
export function prunePair({ client, server }: PairWeights, budget: Budget, gate: GateSettings): PrunedPair {
  const module = Object.keys(client)
    .find((name) => name.endsWith('.convIn1.weight'))
    ?.replace(/convIn1\.weight$/, '');
  if (budget === null || module === undefined) return { client, server, maps: null };
  const filter = client[`${module}prune_filter`].data as Float32Array;
  const { kept, mask } = chooserOf(gate).choose(filter, budget, null).selection!;
  const ofKept = Object.entries(client).map(([name, tensor]) => {
    const axis = name.startsWith(module) ? axisOfMaps.get(name.slice(module.length)) : undefined;
    return [name, axis === undefined ? tensor : rows(tensor, kept, axis)] as const;
  });
  return {
    client: Object.fromEntries(ofKept),
    server: { ...server, [transposedFilter]: rows(server[transposedFilter], kept, 0, mask) },
    maps: kept.length,
  };
}

/** The kept entries of an axis with nothing but ones before it, each multiplied by its factor. */
function rows(
  { shape, data }: NamedTensor,
  kept: readonly number[],
  axis: number,
  factors?: Float32Array,
): NamedTensor {
  const length = data.length / shape[axis];
  const values = new Float32Array(kept.length * length);
  kept.forEach((map, at) => {
    const row = (data as Float32Array).subarray(map * length, (map + 1) * length);
    values.set(factors ? row.map((value) => value * factors[at]) : row, at * length);
  });
  return { shape: shape.with(axis, kept.length), data: values };
}
