import type { z } from 'zod';
import { SluiceError } from '../../errors.ts';
import type { StateDict } from '../../model/state.ts';
import type { ImageMemoryName } from './memories.ts';

/** `[samples, height, width, maps]`: the map is the fastest axis, so that value i belongs to map i mod `maps`. */
export type TensorShape = readonly [samples: number, height: number, width: number, maps: number];

/** A tensor on its way. */
export interface Layout {
  readonly shape: TensorShape;
  /** Which of the cut's maps these are, ascending; null: all of them. */
  readonly kept: readonly number[] | null;
  /** While it trains, for codecs that ask for it: which of the source's images each sample is. Without it a sample is its place. */
  readonly images?: readonly number[] | undefined;
}

/** How many bytes an encoded tensor takes. */
export type Size = { readonly exact: number } | { readonly atMost: number };

/** Smallest and largest of some values. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** What a value lies within. */
export interface Surroundings {
  readonly map: Range;
  readonly tensor: Range;
}

/** Who offers a codec besides those that somebody asked for: plans at every budget, and answers with a model set. */
export type Offerer = 'plans' | 'answers';

/** How a codec is called and what it does to values, for people who choose one. */
export interface CodecWords {
  readonly label: string;
  readonly hint?: string;
}

/**
 * A way to write tensors on the wire; bytes are little-endian. Of NaN and infinities none crosses: both ways throw
 * `codec-non-finite` for them.
 */
export interface Codec<Name extends string = string, Params extends z.ZodObject = z.ZodObject> {
  readonly name: Name;
  readonly words: CodecWords;
  /** A strict object in which every parameter has a default. */
  readonly params: Params;
  /** Largest magnitude of a value; beyond it encoding throws `codec-overflow`. */
  readonly largest: number;
  /** The memories of images that may stand behind it; all unless given. */
  readonly memories?: readonly ImageMemoryName[];
  /** Who offers it unasked; nobody unless given. */
  readonly offeredBy?: readonly Offerer[];
  /** It compares an image with what it sent of it before, and keeps that at both ends. */
  readonly byImage?: true;
  size(shape: TensorShape, params: z.output<Params>): Size;
  /**
   * Both sides open the same codec with the same seed; `once` for a single tensor that is no part of the training, where nothing
   * is left to chance. Throws `codec-unavailable` where this machine lacks what it needs.
   */
  open(params: z.output<Params>, seed: number, once?: boolean): OpenCodec;
  /** Largest |decoded − value| of a value; missing where what is lost depends on tensors before. */
  errorBound?(value: number, within: Surroundings, params: z.output<Params>): number;
  /**
   * Why it is not to be used for batches of this shape, as what was expected instead; null where nothing is wrong. An
   * experiment with such a batch is refused.
   */
  unfit?(shape: TensorShape, params: z.output<Params>): string | null;
  /** Whether this machine can do it; missing where any can. */
  available?(): boolean;
}

/**
 * A codec at one end of one direction. It sees the tensors of all steps, each once and in order, and may remember what it
 * likes of them; one that does says so by `state`.
 */
export interface OpenCodec {
  /** As many bytes as `size` says. They may be a view of the values' memory. */
  encode(values: Float32Array, layout: Layout): Uint8Array;
  /** The values in memory of their own, from bytes whose number `size` allows. Throws for others, with its state as it was. */
  decode(bytes: Uint8Array, layout: Layout): Float32Array;
  /** What is to be added to the gradient of the tensor encoded last, in the order of its values; null: nothing. */
  correction?(): Float32Array | null;
  /** Everything it remembers, in memory of its own. */
  state?(): StateDict;
  /** Throws `codec-state` for a state that is none of its own, and keeps the one it has. */
  restore?(state: StateDict): void;
}

export function valuesIn(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** The most bytes a size allows. */
export function mostBytes(size: Size): number {
  return 'exact' in size ? size.exact : size.atMost;
}

export function refuseNonFinite(values: Float32Array, index: number): never {
  const value = values[index];
  throw new SluiceError(
    'codec-non-finite',
    `Value ${index} of the tensor is ${value}: only finite numbers cross the network. The training has diverged: ` +
      'lower optimiser.learningRate.',
    { path: `values[${index}]` },
  );
}

export function refuseOverflow(value: number, index: number, format: string, limit: string): never {
  throw new SluiceError(
    'codec-overflow',
    `Value ${index} of the tensor is ${value}, beyond the range of ${format} (${limit}). ` +
      'Choose another number format, for example float32, or lower the learning rate.',
    { path: `values[${index}]` },
  );
}

interface TypedArray<T> {
  new (buffer: ArrayBufferLike, offset: number, length: number): T;
  readonly BYTES_PER_ELEMENT: number;
}

/** The same bytes as an array of `Type`, viewed where the alignment allows and copied where not. */
export function viewAs<T>(Type: TypedArray<T>, bytes: Uint8Array): T {
  if (bytes.byteOffset % Type.BYTES_PER_ELEMENT !== 0) return copyAs(Type, bytes);
  return new Type(bytes.buffer, bytes.byteOffset, bytes.byteLength / Type.BYTES_PER_ELEMENT);
}

/** The bytes as an array of `Type` of its own. */
export function copyAs<T>(Type: TypedArray<T>, bytes: Uint8Array): T {
  // Not slice: a Buffer's does not copy.
  return viewAs(Type, new Uint8Array(bytes));
}
