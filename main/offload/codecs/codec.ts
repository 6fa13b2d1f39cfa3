import { SluiceError } from '../../errors.ts';

/** Smallest and largest value of the map a value belongs to. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/**
 * A number format for tensors on the wire. Values are packed with the map as the fastest axis
 * (`[…, maps]`, so value i belongs to map i mod `maps`); bytes are little-endian.
 */
export interface Codec {
  readonly name: string;
  /** Identifies the format in a message; never reused for another. */
  readonly id: number;
  /** Encoded size of `count` values in `maps` maps. */
  bytes(count: number, maps: number): number;
  /** Throws `codec-non-finite` for NaN and infinities, `codec-overflow` for values out of the format's range. */
  encode(values: Float32Array, maps: number): Uint8Array;
  /** The inverse, for exactly `bytes(count, maps)` bytes. Throws `codec-non-finite` when they hold no finite numbers. */
  decode(bytes: Uint8Array, maps: number, count: number): Float32Array;
  /** Largest |decoded − value| for a value of a map with this range. */
  errorBound(value: number, range: Range): number;
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
