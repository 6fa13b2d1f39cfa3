import { z } from 'zod';
import { SluiceError } from '../../main/errors.ts';
import { valuesIn, type Codec, type Layout, type OpenCodec } from '../../main/offload/codecs/codec.ts';
import type { StateDict } from '../../main/model/state.ts';
import { random } from '../../main/random.ts';

/**
 * A codec with everything a codec may have: a parameter, random numbers, and a memory. It rounds at random to one of a few
 * levels between the smallest and the largest value, and adds what a map lost to the same map of the next tensor.
 */
export const toy = {
  name: 'toy',
  words: { label: 'toy, with a memory', hint: 'For tests' },
  params: z.strictObject({ levels: z.int().min(2).max(256).default(16).describe('Values of a byte that are used') }),
  largest: 1e30,
  offeredBy: ['plans'],
  size: ({ 0: samples, 1: height, 2: width, 3: maps }) => ({ exact: 8 + valuesIn([samples, height, width, maps]) }),
  open: ({ levels }, seed): OpenCodec => {
    let lost = new Map<number, Float32Array>();
    let tensors = 0;
    return {
      encode(values, layout) {
        const source = random(seed, 'toy', tensors);
        const wanted = values.map((value, i) => value + (lostAt(lost, layout, i) ?? 0));
        const min = wanted.reduce((a, b) => Math.min(a, b), Infinity);
        const max = wanted.reduce((a, b) => Math.max(a, b), -Infinity);
        if (!Number.isFinite(min + max)) throw notFinite(wanted);
        const step = Math.fround((max - min) / (levels - 1));
        const bytes = new Uint8Array(8 + values.length);
        new Float32Array(bytes.buffer, 0, 2).set([min, step]);
        const left = new Map(lost);
        for (const k of mapsOf(layout)) left.set(k, new Float32Array(values.length / layout.shape[3]));
        wanted.forEach((value, i) => {
          const level = step > 0 ? Math.min(levels - 1, Math.floor((value - min) / step + source.uniform())) : 0;
          bytes[8 + i] = level;
          const { map, at } = placeIn(layout, i);
          left.get(map)![at] = value - (min + step * level);
        });
        lost = left;
        tensors++;
        return bytes;
      },
      decode(bytes) {
        const [min, step] = new Float32Array(bytes.slice(0, 8).buffer);
        return Float32Array.from(bytes.subarray(8), (level) => min + step * level);
      },
      state: () => ({
        tensors: { shape: [1], data: BigInt64Array.of(BigInt(tensors)) },
        ...Object.fromEntries(
          [...lost].map(([k, data]) => [`lost.${k}`, { shape: [data.length], data: data.slice() }] as const),
        ),
      }),
      restore(state: StateDict) {
        const { tensors: counted, ...rest } = state;
        if (!(counted?.data instanceof BigInt64Array)) throw new SluiceError('codec-state', 'No state of a toy.');
        tensors = Number(counted.data[0]);
        lost = new Map(
          Object.entries(rest).map(([name, { data }]) => [
            Number(name.slice(5)),
            Float32Array.from(data as Float32Array),
          ]),
        );
      },
    };
  },
} as const satisfies Codec<'toy', z.ZodObject<{ levels: z.ZodDefault<z.ZodInt> }>>;

function mapsOf({ shape: [, , , maps], kept }: Layout): readonly number[] {
  return kept ?? Array.from({ length: maps }, (_, k) => k);
}

function placeIn(layout: Layout, i: number): { map: number; at: number } {
  const maps = layout.shape[3];
  return { map: mapsOf(layout)[i % maps], at: Math.floor(i / maps) };
}

function lostAt(lost: ReadonlyMap<number, Float32Array>, layout: Layout, i: number): number | undefined {
  const { map, at } = placeIn(layout, i);
  return lost.get(map)?.[at];
}

function notFinite(values: Float32Array): SluiceError {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  return new SluiceError('codec-non-finite', `Value ${bad} is ${values[bad]}.`, { path: `values[${bad}]` });
}
