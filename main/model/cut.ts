import { SluiceError } from '../errors.ts';
import { follow } from './chain.ts';
import { insideOf } from './graph.ts';
import type { Cut, NetworkSpec } from './spec.ts';

/**
 * Number of body entries the client holds: "split at layer n" makes the module the n-th entry. A block is one entry, so
 * a cut stands before or after it. Throws `bad-split` for anything else, with the reason.
 */
export function clientEntries(network: NetworkSpec, { layer }: Cut): number {
  const held = Math.max(0, layer - 1);
  if (Number.isInteger(layer) && layer >= 0 && held <= network.body.length) return held;
  const why = layer > 1 && held < network.body.length ? reasonInside(network, Math.floor(layer)) : null;
  const range = `${network.name} can be cut at layers 0 to ${network.body.length + 1}`;
  throw new SluiceError('bad-split', `split.layer is ${layer}: ${why ?? range}`, { path: 'split.layer' });
}

/** Why there is no cut between layer n and the next one; null where that is one operation with nothing inside. */
function reasonInside({ body, input }: NetworkSpec, layer: number): string | null {
  const link = follow(body.slice(0, layer), { input, nodes: false, fold: true })[layer - 1];
  const inside = insideOf(link);
  return inside && `${inside.problem}; take ${layer} to cut before it, or ${layer + 1} to cut after it`;
}
