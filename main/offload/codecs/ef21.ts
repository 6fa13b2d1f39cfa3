import { bothEnds } from './parts/both-ends.ts';
import type { Codec, Layout, OpenCodec } from './codec.ts';
import { requireFinite } from './float32.ts';
import { imageMemory } from './parts/image-memory.ts';
import type { z } from 'zod';

/** `a + sign · b`; throws `codec-non-finite`. */
function combined(a: Float32Array, b: Float32Array, sign: 1 | -1): Float32Array {
  const sums = new Float32Array(a.length);
  for (let i = 0; i < a.length; i++) sums[i] = a[i] + sign * b[i];
  requireFinite(sums);
  return sums;
}

/**
 * Error feedback as EF21 has it (Richtárik, Sokolov and Fatkhullin, NeurIPS 2021): both ends keep a state g, the codec carries
 * what the values differ from it, and g becomes what arrived. There is a g for each image, as in AQ-SGD (Wang et al., NeurIPS
 * 2022): what another image was says nothing of this one. The first time an image crosses, it is the codec alone; as often as it
 * comes again unchanged, what was lost shrinks by as much as the codec loses of anything. g counts for the maps that cross
 * again under a gate, for others it begins at zero.
 */
export function ef21<Name extends string, Params extends z.ZodObject>(
  codec: Codec<Name, Params>,
): Codec<`${Name}+ef21`, Params> {
  const { words, params, largest, available } = codec;
  const name = `${codec.name}+ef21` as const;
  return {
    name,
    words: {
      label: `${words.label} + EF21`,
      hint: 'Of what differs from the same image before: both ends remember it',
    },
    params,
    // What it carries is larger than the values at times, and so is what comes of it.
    largest: largest / 8,
    byImage: true,
    size: (shape, chosen) => codec.size(shape, chosen),
    open(chosen, seed, once): OpenCodec {
      const inner = bothEnds(codec, chosen, seed, once);
      const memory = imageMemory(name);
      const arrived = (before: Float32Array, change: Float32Array, layout: Layout): Float32Array => {
        const values = combined(before, change, 1);
        memory.keep(values, layout);
        return values;
      };
      return {
        encode(values, layout) {
          requireFinite(values);
          const before = memory.known(layout);
          const { bytes, arrives } = inner.encode(combined(values, before, -1), layout);
          arrived(before, arrives, layout);
          return bytes;
        },
        decode: (bytes, layout) => arrived(memory.known(layout), inner.decode(bytes, layout), layout),
        state: () => ({ ...inner.state(), ...memory.state() }),
        restore: (state) => memory.restore(inner.restore(state)),
      };
    },
    ...(available && { available: () => available() }),
  };
}
