import type { EntryType } from './entries/entry.ts';
import type { entryTypes } from './entries/index.ts';

/** A network as data. Maps are NHWC everywhere inside Sluice. */

/** Height, width and number of maps (channels); a dense layer's output is `[1, 1, units]`. */
export type Shape = readonly [height: number, width: number, maps: number];

/** An entry of one of the types in entries/index.ts. */
export type Entry = EntryOf<(typeof entryTypes)[number]>;

type EntryOf<T> = T extends EntryType<infer E> ? E : never;

/**
 * `body` may be cut before and after each of its entries; `head` (the classifier) always stays on the server.
 * An MLP has its hidden layers in the body: the unit that crosses the network is then a node.
 */
export interface NetworkSpec {
  readonly name: string;
  readonly input: Shape;
  readonly classes: number;
  readonly body: readonly Entry[];
  readonly head: readonly Entry[];
}

/** The compression module of the paper: resolution factor r and feature factor c. */
export interface ModuleSpec {
  readonly resolution: number;
  readonly features: number;
  /** How many maps it holds once those that are never sent were removed. Missing: all φ = φ̃/c, as it is trained. */
  readonly maps?: number;
}

/**
 * Where the network is cut. "Split at layer n" puts the compression module as the n-th entry of the
 * body, so the client holds the n-1 entries before it; 0 and 1 both mean the image itself.
 * `module: null` is the plain split, whose cut stands at the same place.
 */
export interface Cut {
  readonly layer: number;
  readonly module: ModuleSpec | null;
}
