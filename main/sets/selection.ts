import type { StateDict } from '../model/state.ts';
import type { Selection } from '../offload/protocol/messages.ts';
import { chooserOf } from '../training/gates/chooser.ts';
import type { ModelSet, SetPair } from './manifest.ts';
import { requestBudget } from './pair.ts';

/** What the client half of a pair sends of its maps, by its weights; null where it sends all it has, unmasked. */
export function selectionOf({ gate }: Pick<ModelSet, 'gate'>, pair: SetPair, client: StateDict): Selection | null {
  const budget = requestBudget(pair);
  const filter = Object.entries(client).find(([name]) => name.endsWith('.prune_filter'))?.[1].data;
  return budget === null || !filter ? null : chooserOf(gate).choose(filter as Float32Array, budget, null).selection;
}
