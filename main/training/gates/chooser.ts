import { z } from 'zod';
import type { Opening } from '../../model/compression.ts';
import type { Selection } from '../../offload/protocol/messages.ts';
import type { Random } from '../../random.ts';
import type { Budget } from '../../records/column.ts';
import type { GateRules } from './gate.ts';
import { entriesOf, keepLargest } from './rank.ts';
import { defaultGate, gateNamed, type GateName } from './table.ts';

/** What all gates have in common. */
export const commonParams = {
  ties: z
    .enum(['keep', 'cut'])
    .default('cut')
    .describe(
      'Maps whose mask equals the last one within the budget, as saturated gates do: cut holds the budget exactly, ' +
        'keep sends them too as the published code does',
    ),
  randomShare: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      'While it trains: the share of the budget that is drawn from the other maps instead, falling evenly over the epochs of a phase',
    ),
};
const common = z.object(commonParams);

/** A gate by its name with its parameters, as an experiment has it: those left out have their defaults. */
export interface GateSettings {
  readonly name?: GateName | undefined;
  readonly [param: string]: unknown;
}

/** Which maps cross the network, null for all of them unmasked, and how far they are open: null for σ(f̂). */
export interface Chosen {
  readonly selection: Selection | null;
  readonly opening: Opening | null;
}

/** What a training step leaves to chance: the numbers drawn, and how much of its phase is left, from 1 down to 0. */
export interface Draw {
  readonly source: Random;
  readonly left: number;
}

/** Chooses by f̂ which maps cross the network; with `draw` in a training step. */
export interface Chooser extends GateRules {
  choose(gate: Float32Array, budget: Budget, draw: Draw | null): Chosen;
}

export function chooserOf({ name = defaultGate, ...settings }: GateSettings): Chooser {
  const rules = gateNamed(name).open(settings);
  const { ties, randomShare } = common.parse(settings);
  return {
    ...rules,
    choose(gate, budget, draw) {
      const { scores, mask, opening } = rules.weigh(gate, budget, draw?.source ?? null);
      if (budget === null) return { selection: null, opening };
      const largest = keepLargest(scores, budget, ties);
      const share = draw ? randomShare * draw.left : 0;
      const kept = draw && share > 0 ? exchanged(largest, gate.length, share, draw.source) : largest;
      return {
        selection: { kept, mask: entriesOf(mask, kept) },
        opening: opening && { values: entriesOf(opening.values, kept), slopes: entriesOf(opening.slopes, kept) },
      };
    },
  };
}

/**
 * Gives up maps for others, each with the probability `share`, as RandTopk does with values (Zheng et al., IJCAI 2023): a map
 * that is never sent would never be learned from. As many cross as before.
 */
function exchanged(kept: readonly number[], maps: number, share: number, source: Random): number[] {
  const others = Array.from({ length: maps }, (_, map) => map).filter((map) => !kept.includes(map));
  const chosen = kept.map((map) => {
    if (others.length === 0 || source.uniform() >= share) return map;
    const [drawn] = others.splice(source.integer(others.length), 1);
    return drawn;
  });
  return chosen.sort((a, b) => a - b);
}
