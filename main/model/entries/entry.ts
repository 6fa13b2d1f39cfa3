import type { z } from 'zod';
import type { Layer } from '../layers/layer.ts';
import type { MapSize } from '../layers/pool-flatten.ts';
import type { OperatorGraph } from '../operators.ts';
import type { Entry, Shape } from '../spec.ts';

/** What a layer is to the eye: the design page draws it by this word, and writes the word under it. */
export type LayerKind = 'conv' | 'pool' | 'flatten' | 'dense' | 'block' | 'module';

/**
 * A type of entry: how it is written, what it makes of what comes in, and what it is built as. Everything the program
 * knows of entries it derives from these; index.ts lists them.
 */
export interface EntryType<E extends { readonly type: string }> {
  readonly type: E['type'];
  readonly kind: LayerKind;
  /** Its form as data. `entry` is the schema of any entry, for entries that hold others. */
  schema(entry: z.ZodType<Entry>): z.ZodObject & z.ZodType<E>;
  /** Its name in words, with what sets it apart from others of its type. */
  label(entry: E, place: Place): string;
  /** Throws `bad-network` for what its schema cannot see. */
  check?(entry: E, place: Place): void;
  /** The shape it makes of `place.input`; sizes below 1 where the maps that come in are too small. */
  shape(entry: E, place: Place): Shape;
  /** Whether it gives nodes [n, units] rather than maps [n, h, w, maps]. */
  nodes(entry: E, place: Place): boolean;
  cost(entry: E, place: Place): Cost;
  /** How many modules PyTorch's `Sequential` has for it; each takes a number in the names of weights. */
  torchModules(entry: E): number;
  build(entry: E, place: BuildPlace): Layer;
  /** Adds what it computes of the value `x` in inference to a graph of ONNX operators; gives the value it makes. */
  write(entry: E, place: NamedPlace, x: string, graph: OperatorGraph): string;
  /** Adaptive pooling that the entry after it may compute instead; null where that saves no work. */
  pooling?(entry: E, input: Shape): Pooling | null;
  /** Whether it can compute the pooling before it with its own weight (layers/fold.ts). */
  readonly takesPooling?: boolean;
  /** The entries of every branch, of one that holds an inner graph: all begin with its input, and it joins their ends. */
  branches?(entry: E): readonly (readonly Entry[])[];
}

/** Work and weights of a layer. */
export interface Cost {
  /** Trainable values, as PyTorch counts them. */
  readonly parameters: number;
  /** Multiply-adds of convolutions and matrix products for one sample; the rest is under 1 % and not counted. */
  readonly multiplyAdds: number;
}

/** Adaptive average pooling to size×size. */
export interface Pooling {
  readonly input: MapSize;
  readonly size: number;
}

/** What comes into a chain of entries. */
export interface Start {
  readonly input: Shape;
  readonly nodes: boolean;
  /** Whether pooling may be folded into the weight after it. */
  readonly fold: boolean;
}

/** Where an entry stands. */
export interface Place extends Start {
  /** Pooling just before it that it computes itself. */
  readonly pooling: Pooling | null;
  /** Whether the next entry computes the pooling of this one. */
  readonly handsOn: boolean;
  readonly chains: Chains;
}

export interface NamedPlace extends Place {
  /** PyTorch's name of each of its modules, from 0. */
  readonly name: (module: number) => string;
}

export interface BuildPlace extends NamedPlace {
  readonly seed: number;
}

/** An entry in its chain, and what it gives. */
export interface Link {
  readonly entry: Entry;
  readonly type: EntryType<Entry>;
  readonly place: Place;
  readonly output: Shape;
  readonly nodes: boolean;
}

/** What an entry with an inner graph asks about the chains in it. */
export interface Chains {
  follow(entries: readonly Entry[], start: Start): Link[];
  torchModules(entries: readonly Entry[]): number;
  build(links: readonly Link[], name: (module: number) => string, seed: number): Layer[];
  write(links: readonly Link[], name: (module: number) => string, x: string, graph: OperatorGraph): string;
}
