import { z } from 'zod';
import { SluiceError } from '../../errors.ts';
import type { StateDict } from '../../model/state.ts';
import { malformed } from '../protocol/header.ts';
import { bothEnds } from './parts/both-ends.ts';
import { mostBytes, type Codec, type Layout, type OpenCodec, type Size } from './codec.ts';
import { requireFinite } from './float32.ts';
import { imageMemory, imageOf, valuesPerSample, type ImageMemory } from './parts/image-memory.ts';

const params = z.strictObject({
  threshold: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('An image is not sent again while its maps have changed by no more than this share of them'),
});

function norm(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ** 2;
  return Math.sqrt(sum);
}

function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum);
}

/**
 * How far what arrived of an image was from what was sent. Without it an image that has not changed would be sent again and
 * again by a codec that loses more than the threshold.
 */
interface Losses {
  of(image: number): number;
  keep(image: number, loss: number): void;
  state(): StateDict;
  /** Takes what is its own out of a state when `others` has taken the rest. Throws `codec-state`, and then keeps what it has. */
  restore(state: StateDict, others: (rest: StateDict) => void): void;
}

function lossesOfImages(): Losses {
  let losses = new Map<number, number>();
  return {
    of: (image) => losses.get(image) ?? 0,
    keep(image, loss) {
      // As a state has it, and never less than it was.
      if (loss > 0) losses.set(image, Math.fround(loss * (1 + 2 ** -20)));
      else losses.delete(image);
    },
    state: (): StateDict =>
      losses.size === 0
        ? {}
        : {
            'lost.images': { shape: [losses.size], data: BigInt64Array.from(losses.keys(), BigInt) },
            'lost.norms': { shape: [losses.size], data: Float32Array.from(losses.values()) },
          },
    restore({ 'lost.images': images, 'lost.norms': norms, ...rest }, others) {
      const known = Array.from(images?.data ?? [], Number);
      const lost = Array.from(norms?.data ?? [], Number);
      if (known.length !== lost.length) {
        throw new SluiceError(
          'codec-state',
          `The state has lost.norms of ${lost.length} images, and lost.images names ${known.length}: expected as many.`,
          { path: 'lost.norms' },
        );
      }
      others(rest);
      losses = new Map(known.map((image, i) => [image, lost[i]]));
    },
  };
}

/** A part of a tensor: these of its samples. */
function part(layout: Layout, samples: readonly number[]): Layout {
  const { shape, kept, images } = layout;
  const [, ...rest] = shape;
  return { shape: [samples.length, ...rest], kept, images: samples.map((sample) => images?.[sample] ?? sample) };
}

/** Values of so many of a tensor's samples, one after another. */
function gathered(values: Float32Array, each: number, samples: readonly number[]): Float32Array {
  const some = new Float32Array(samples.length * each);
  samples.forEach((sample, i) => some.set(values.subarray(sample * each, (sample + 1) * each), i * each));
  return some;
}

function markBytes(samples: number): number {
  return Math.ceil(samples / 8);
}

/** The samples whose bit is set. Throws `message-malformed` where one is set behind the last. */
function marked(bytes: Uint8Array, samples: number): number[] {
  const bits = Array.from({ length: 8 * markBytes(samples) }, (_, i) => i).filter(
    (i) => bytes[i >>> 3] & (1 << (i & 7)),
  );
  if ((bits.at(-1) ?? 0) < samples) return bits;
  throw malformed(`A tensor of ${samples} samples marks sample ${bits.at(-1)} as sent.`);
}

/** The values of all samples: those that were sent, and of the others the last there were. */
function filled(memory: ImageMemory, layout: Layout, sent: readonly number[], arrived: Float32Array): Float32Array {
  const each = valuesPerSample(layout);
  const values = new Float32Array(layout.shape[0] * each);
  const at = new Map(sent.map((sample, i) => [sample, i]));
  for (let sample = 0; sample < layout.shape[0]; sample++) {
    const i = at.get(sample);
    const its = i === undefined ? memory.get(layout, sample) : arrived.subarray(i * each, (i + 1) * each);
    if (!its) throw malformed(`Sample ${sample} was not sent, and its maps did not cross before.`);
    values.set(its, sample * each);
  }
  return values;
}

function requireSize(bytes: number, size: Size): void {
  if ('exact' in size ? bytes === size.exact : bytes <= size.atMost) return;
  throw malformed(`What is sent of a tensor takes ${bytes} bytes, expected ${mostBytes(size)}.`);
}

/**
 * An image is sent again only when it has changed since it last was, as SplitCom does (2026, arXiv:2602.10564): both ends keep
 * the maps as they last arrived, and a bit for each sample says whether it is there. What crosses is written by the codec before.
 * An image that is left out is off by `threshold` times the norm of its maps and what the codec lost of it when it crossed at
 * most, and by as much at every step: a bias.
 * Where a gate keeps other maps than it did, an image is sent.
 */
export function delta<Name extends string, Params extends z.ZodObject>(codec: Codec<Name, Params>): Codec {
  const { words, largest, available } = codec;
  const plain = codec as unknown as Codec;
  const name = `${codec.name}+delta`;
  return {
    name,
    words: { label: `${words.label} + delta`, hint: 'An image that has hardly changed since it was sent is left out' },
    // One object for all without parameters of their own, as the schema has one form for them.
    params: Object.keys(codec.params.shape).length === 0 ? params : codec.params.extend(params.shape),
    largest,
    byImage: true,
    size: (shape, chosen) => ({ atMost: markBytes(shape[0]) + mostBytes(plain.size(shape, chosen)) }),
    open(chosen, seed, once): OpenCodec {
      const share = chosen['threshold'] as number;
      const inner = bothEnds(plain, chosen, seed, once);
      const memory = imageMemory(name);
      const losses = lossesOfImages();
      const changed = (values: Float32Array, layout: Layout): number[] => {
        const each = valuesPerSample(layout);
        return Array.from({ length: layout.shape[0] }, (_, sample) => sample).filter((sample) => {
          const last = memory.get(layout, sample);
          if (!last) return true;
          const change = distance(values.subarray(sample * each, (sample + 1) * each), last);
          return change > share * norm(last) + losses.of(imageOf(layout, sample));
        });
      };
      return {
        encode(values, layout) {
          requireFinite(values);
          const sent = changed(values, layout);
          const marks = new Uint8Array(markBytes(layout.shape[0]));
          for (const sample of sent) marks[sample >>> 3] |= 1 << (sample & 7);
          if (sent.length === 0) return marks;
          const sending = part(layout, sent);
          const some = gathered(values, valuesPerSample(layout), sent);
          const { bytes, arrives } = inner.encode(some, sending);
          memory.keep(arrives, sending);
          const each = valuesPerSample(layout);
          sent.forEach((sample, i) => {
            const [from, to] = [i * each, (i + 1) * each];
            losses.keep(imageOf(layout, sample), distance(some.subarray(from, to), arrives.subarray(from, to)));
          });
          const all = new Uint8Array(marks.length + bytes.length);
          all.set(marks);
          all.set(bytes, marks.length);
          return all;
        },
        decode(bytes, layout) {
          const start = markBytes(layout.shape[0]);
          if (bytes.length < start) throw malformed(`What is sent of a tensor takes ${bytes.length} bytes.`);
          const sent = marked(bytes, layout.shape[0]);
          const content = bytes.subarray(start);
          const sending = part(layout, sent);
          requireSize(content.length, sent.length === 0 ? { exact: 0 } : plain.size(sending.shape, chosen));
          const arrived = sent.length === 0 ? new Float32Array(0) : inner.decode(content, sending);
          const values = filled(memory, layout, sent, arrived);
          if (sent.length > 0) memory.keep(arrived, sending);
          return values;
        },
        state: () => ({ ...inner.state(), ...losses.state(), ...memory.state() }),
        restore: (state) => losses.restore(state, (rest) => memory.restore(inner.restore(rest))),
      };
    },
    ...(available && { available }),
  };
}
