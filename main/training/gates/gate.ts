import { z } from 'zod';
import type { Opening } from '../../model/compression.ts';
import type { Budget } from '../../records/column.ts';
import type { Random } from '../../random.ts';

/** What a gate makes of f̂, all of it for each of the φ maps. */
export interface Weighed {
  /** The maps with the largest are kept under a budget. */
  readonly scores: Float32Array;
  /** What the server multiplies a kept map with; it crosses the network. */
  readonly mask: Float32Array;
  /** What the client multiplies maps with; null for σ(f̂), which its engine computes. */
  readonly opening: Opening | null;
}

/** The part of the loss that depends on f̂ alone, and its gradient: the client computes it and nothing of it crosses. */
export interface OwnLoss {
  readonly loss: number;
  readonly gradient: Float32Array;
}

/** What a step showed of the maps that crossed: they and their gradients, [samples, h, w, kept]. */
export interface Measured {
  readonly kept: readonly number[];
  readonly samples: number;
  readonly sent: Float32Array;
  readonly gradient: Float32Array;
}

/** A gate with its parameters. f̂ holds one value for each map, in checkpoints and weight files too; what it means is up to the gate. */
export interface GateRules {
  /** f̂ of new weights; missing where it stays uniform on [0, 15), as in the published code. */
  readonly initial?: (maps: number, source: Random) => Float32Array;
  /** f̂ before a phase that another came before, `reset` being what the method makes of it; missing: as it is. */
  readonly between?: (gate: Float32Array, budget: Budget, reset: () => Float32Array) => Float32Array;
  /** `draw` in a training step, where chance may be part of the choice; null wherever it may not. */
  weigh(gate: Float32Array, budget: Budget, draw: Random | null): Weighed;
  /** Missing where none is added. Asked for in budgeted phases alone. */
  readonly ownLoss?: (gate: Float32Array, budget: number) => OwnLoss;
  /** f̂ after a step, where no optimiser moves it. */
  readonly measure?: (gate: Float32Array, step: Measured) => Float32Array;
  /** How far every map is open, from 0 to 1, for people: those that are kept without chance are the most open ones. */
  openness(gate: Float32Array): Float32Array;
}

/** A way to choose the maps that cross: a file beside this one, listed in index.ts. */
export interface Gate<Name extends string = string> {
  readonly name: Name;
  readonly words: { readonly label: string; readonly hint: string };
  /** Fields of `gate` in an experiment, each with a default and a description. */
  readonly params: z.ZodRawShape;
  /** Takes its own fields out of the settings; those missing have their defaults. */
  open(settings: object): GateRules;
}

/** A gate whose rules see its parameters as their schema has them. */
export function gateOf<Name extends string, Shape extends z.ZodRawShape>(
  gate: Omit<Gate<Name>, 'params' | 'open'> & {
    readonly params: Shape;
    readonly rules: (params: z.output<z.ZodObject<Shape>>) => GateRules;
  },
): Gate<Name> & { readonly params: Shape } {
  const { name, words, params, rules } = gate;
  const schema = z.object(params);
  return { name, words, params, open: (settings) => rules(schema.parse(settings)) };
}

/** Every map the same. */
export function filled(maps: number, value: number): Float32Array {
  return new Float32Array(maps).fill(value);
}
