import type { StateDict } from '../../../model/state.ts';
import type { Codec, Layout, OpenCodec } from '../codec.ts';

/** A codec whose encoder also learns what arrives, as a memory that is the same at both ends wants it. */
export interface BothEnds {
  /** The bytes, and the values that the other end makes of them. */
  encode(values: Float32Array, layout: Layout): { readonly bytes: Uint8Array; readonly arrives: Float32Array };
  decode(bytes: Uint8Array, layout: Layout): Float32Array;
  state(): StateDict;
  /** Takes what is its own out of a state, and returns the rest. */
  restore(state: StateDict): StateDict;
}

/** `codec` for one end of a direction. The decoder of the encoding end is one of its own, as a codec may remember what it decodes. */
export function bothEnds(codec: Codec, params: Parameters<Codec['open']>[0], seed: number, once?: boolean): BothEnds {
  const parts: Readonly<Record<string, OpenCodec>> = {
    'encoder.': codec.open(params, seed, once),
    'decoder.': codec.open(params, seed, once),
  };
  const { 'encoder.': encoder, 'decoder.': decoder } = parts;
  return {
    encode(values, layout) {
      // The bytes may be a view of the values.
      const bytes = encoder.encode(values, layout);
      return { bytes, arrives: decoder.decode(bytes, layout) };
    },
    decode: (bytes, layout) => decoder.decode(bytes, layout),
    state: () =>
      Object.fromEntries(
        Object.entries(parts).flatMap(([prefix, open]) =>
          Object.entries(open.state?.() ?? {}).map(([name, tensor]) => [prefix + name, tensor]),
        ),
      ),
    restore(state) {
      let rest = Object.entries(state);
      for (const [prefix, open] of Object.entries(parts)) {
        if (!open.restore) continue;
        const own = rest.filter(([name]) => name.startsWith(prefix));
        open.restore(Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length), tensor])));
        rest = rest.filter(([name]) => !name.startsWith(prefix));
      }
      return Object.fromEntries(rest);
    },
  };
}
