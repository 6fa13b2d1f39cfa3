import { decode, encode, ExtensionCodec } from '@msgpack/msgpack';
import type { LabError } from './api.ts';
import { SluiceError } from './errors.ts';

/**
 * What lab and window must agree on beside the types: the version of the contract, how a message becomes bytes on a
 * socket, and how an error crosses. Pure: no Node, no DOM.
 */

/** Of the contract in api.ts; counted up when a window of before would misunderstand a lab of now. */
export const protocol = 3;

/** A browser's first message to the lab: the code of a link, once, and the session it got for one, if any. */
export interface Pass {
  readonly code?: string;
  readonly session?: string;
}

/** The lab's answer to one that is let in: the session it comes with from now on. */
export interface LetIn {
  readonly session: string;
}

/** What the lab closes a socket with that is not let in, or no longer. */
export const notLetIn = 4401;

/** Arrays of numbers in the platform's byte order, which is little-endian wherever Node and browsers run. */
const numberArrays = [Float64Array, Float32Array, BigInt64Array] as const;

const codec = new ExtensionCodec();
numberArrays.forEach((NumberArray, type) => {
  codec.register({
    type,
    encode: (value: unknown) =>
      value instanceof NumberArray ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : null,
    // A copy, as the bytes lie at any offset of the message and numbers are aligned; "slice" of a Node buffer makes none.
    decode: (data) => new NumberArray(new Uint8Array(data).buffer),
  });
});

/**
 * A message as bytes. Carries what structured clone does of JSON's values, Uint8Array, Float32Array, Float64Array, BigInt64Array,
 * NaN, infinities and bigint; a property that is undefined is left out, an element that is undefined becomes null.
 */
export function encodeMessage(value: unknown): Uint8Array<ArrayBuffer> {
  return encode(value, { extensionCodec: codec, useBigInt64: true, ignoreUndefined: true });
}

/** The message again. Throws when the bytes are none. */
export function decodeMessage(data: ArrayBuffer | Uint8Array): unknown {
  return decode(data, { extensionCodec: codec, useBigInt64: true });
}

/** Whether this is an error as it crosses. */
export function isLabError(value: unknown): value is LabError {
  if (typeof value !== 'object' || value === null) return false;
  const { code, message } = value as Partial<LabError>;
  return typeof code === 'string' && typeof message === 'string';
}

/** Anything thrown as it crosses: what users can act on as it is, all else as `internal` without its details. */
export function toLabError(error: unknown): LabError {
  if (error instanceof SluiceError || (isLabError(error) && !(error instanceof Error))) {
    const { code, message, path } = error;
    return path === undefined ? { code, message } : { code, message, path };
  }
  return { code: 'internal', message: 'The lab ran into an error of its own. Its log (lab.log) has the details.' };
}

/**
 * The function of this name among a table's own, to hand to birpc as its resolver: inherited names such as
 * `constructor` are not callable, and what a function throws crosses as a LabError, since birpc itself would lose the
 * code. `failed` learns of every error, for a log.
 */
export function ownMethods(
  table: object,
  failed: (method: string, error: unknown) => void = () => undefined,
): (name: string) => ((...args: unknown[]) => Promise<unknown>) | undefined {
  return (name) => {
    const method: unknown = Object.hasOwn(table, name) ? table[name as keyof typeof table] : undefined;
    if (typeof method !== 'function') return undefined;
    return async (...args) => {
      try {
        return (await Reflect.apply(method, table, args)) as unknown;
      } catch (error) {
        failed(name, error);
        // birpc answers with the very object that was thrown: a plain one, called an Error for the compiler alone.
        const plain = toLabError(error) as LabError & Error;
        throw plain;
      }
    };
  };
}
