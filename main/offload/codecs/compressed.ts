import type { z } from 'zod';
import { mostBytes, type Codec, type OpenCodec } from './codec.ts';
import type { Compression } from './compression.ts';

/** A codec with a lossless compression after it, `int8+deflate`: how much that saves depends on the values. */
export function compressed<Name extends string, Params extends z.ZodObject, By extends string>(
  codec: Codec<Name, Params>,
  compression: Compression<By>,
): Codec<`${Name}+${By}`, Params> {
  const { words, params, largest } = codec;
  return {
    name: `${codec.name}+${compression.name}`,
    words: { ...words, label: `${codec.name} + ${compression.name}` },
    params,
    largest,
    size: (shape, chosen) => ({ atMost: compression.bound(mostBytes(codec.size(shape, chosen))) }),
    open(chosen, seed, once): OpenCodec {
      compression.require();
      const plain = codec.open(chosen, seed, once);
      return {
        encode: (values, layout) => compression.compress(plain.encode(values, layout)),
        decode: (bytes, layout) =>
          plain.decode(compression.decompress(bytes, codec.size(layout.shape, chosen)), layout),
        correction: plain.correction,
        state: plain.state,
        restore: plain.restore,
      };
    },
    errorBound: codec.errorBound,
    unfit: codec.unfit,
    available: () => compression.available() && codec.available?.() !== false,
  };
}
