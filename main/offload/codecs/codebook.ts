import { requireFinite } from './float32.ts';
import { z } from 'zod';
import { random } from '../../random.ts';
import { malformed } from '../protocol/header.ts';
import { packBits, packedBytes, unpackBits } from './parts/bits.ts';
import { copyAs, valuesIn, viewAs, type Codec, type Layout, type OpenCodec, type TensorShape } from './codec.ts';
import { codebookState } from './parts/codebook-state.ts';
import { firstCodebook, learn, nearest, reuse, type Codebook } from './parts/k-means.ts';
import { cut, groupOf, joined, ofGroup, subvectorsOf, type Subvectors } from './parts/subvectors.ts';
import { requireWithin } from './parts/within.ts';

/** Squares and sums of them stay finite. */
const largest = 2 ** 100;

const params = z.strictObject({
  length: z.int().min(1).max(64).default(8).describe('How many values of an image, map after map, make a vector'),
  codewords: z
    .int()
    .min(2)
    .max(4096)
    .default(16)
    .describe('Vectors of a codebook: each value’s is replaced by the nearest'),
  groups: z.int().min(1).max(256).default(1).describe('Codebooks: vectors next to each other in an image share one'),
  every: z.int().min(1).max(1000).default(1).describe('After how many batches the codebook crosses again'),
  correction: z
    .number()
    .min(0)
    .max(100)
    .default(0)
    .describe('Of maps: how strongly they are drawn to what the server sees of them, λ of FedLite'),
});
type Params = z.output<typeof params>;

/** What a tensor of a shape takes, in bytes. */
interface Parts {
  readonly of: Subvectors;
  readonly codeBits: number;
  readonly codes: number;
  readonly book: number;
  readonly plain: number;
  /** Whether codes and codebook are fewer bytes than the values as they are. */
  readonly saves: boolean;
}

function partsOf(shape: TensorShape, { length, codewords, groups }: Params): Parts {
  const of = subvectorsOf(shape, length, groups);
  const codeBits = Math.ceil(Math.log2(codewords));
  const codes = packedBytes(of.samples * of.perImage, codeBits);
  const book = 4 * of.groups * codewords * length;
  const plain = 4 * valuesIn(shape);
  return { of, codeBits, codes, book, plain, saves: codes + book < plain };
}

/** Each vector as the codeword that its code names. */
function lookUp(codes: Uint32Array, book: Float32Array, of: Subvectors, codewords: number): Float32Array {
  const vectors = new Float32Array(codes.length * of.length);
  codes.forEach((code, v) => {
    const from = (groupOf(of, v % of.perImage) * codewords + code) * of.length;
    vectors.set(book.subarray(from, from + of.length), v * of.length);
  });
  return vectors;
}

/** The vectors of one group, image after image. */
function taken(vectors: Float32Array, of: Subvectors, group: number): Float32Array {
  if (of.groups === 1) return vectors;
  const [from, to] = ofGroup(of, group);
  const each = (to - from) * of.length;
  const own = new Float32Array(of.samples * each);
  for (let s = 0; s < of.samples; s++) {
    const at = (s * of.perImage + from) * of.length;
    own.set(vectors.subarray(at, at + each), s * each);
  }
  return own;
}

/** Puts the codes of a group where its vectors are. */
function put(codes: Uint32Array, own: Uint32Array, of: Subvectors, group: number): void {
  const [from, to] = ofGroup(of, group);
  for (let s = 0; s < of.samples; s++) {
    codes.set(own.subarray(s * (to - from), (s + 1) * (to - from)), s * of.perImage + from);
  }
}

function open(chosen: Params, seed: number, once = false): OpenCodec {
  const { length, codewords, every, correction } = chosen;
  const ofBook = codewords * length;
  const memory = codebookState(chosen);
  let lost: Float32Array | null = null;

  /** The code of each vector of a group, from which its codebook learns; it crosses where `due`. */
  function coded(own: Float32Array, group: number, due: boolean): Uint32Array {
    const { learned, sent } = memory;
    const book: Codebook = (learned[group] ??= firstCodebook(
      own,
      length,
      codewords,
      random(once ? 0 : seed, 'codebook', group),
    ));
    const known = due ? book.codewords : sent.subarray(group * ofBook, (group + 1) * ofBook);
    const { codes, furthest } = nearest(own, length, known);
    learn(book, own, codes);
    if (due) reuse(book, own.subarray(furthest * length, (furthest + 1) * length));
    return codes;
  }

  function encode(values: Float32Array, { shape }: Layout): Uint8Array {
    requireWithin(values, largest, 'codebook');
    lost = null;
    const { of, codeBits, codes, book, saves } = partsOf(shape, chosen);
    const due = memory.sent.length < of.groups * ofBook || memory.age >= every;
    if (due && !saves) return new Uint8Array(values.slice().buffer);
    const vectors = cut(values, shape, of);
    const all = new Uint32Array(of.samples * of.perImage);
    for (let group = 0; group < of.groups; group++) {
      put(all, coded(taken(vectors, of, group), group, due), of, group);
    }
    if (due) memory.send(of.groups);
    memory.age++;
    if (correction > 0) lost = lostBy(values, joined(lookUp(all, memory.sent, of, codewords), shape, of), shape[0]);
    const bytes = new Uint8Array((due ? book : 0) + codes);
    if (due) bytes.set(new Uint8Array(memory.sent.slice(0, of.groups * ofBook).buffer));
    bytes.set(packBits(all, codeBits), bytes.length - codes);
    return bytes;
  }

  /** λ (z − ẑ) of the mean over a batch. */
  function lostBy(values: Float32Array, arrives: Float32Array, samples: number): Float32Array {
    return values.map((value, i) => (correction / samples) * (value - arrives[i]));
  }

  function decode(bytes: Uint8Array, { shape }: Layout): Float32Array {
    const { of, codeBits, codes, book, plain, saves } = partsOf(shape, chosen);
    if (!saves && bytes.length === plain) {
      const values = copyAs(Float32Array, bytes);
      requireFinite(values);
      return values;
    }
    const comes = saves && bytes.length === book + codes;
    if (!comes && bytes.length !== codes)
      throw malformed(`A tensor of ${codes} bytes of codes has ${bytes.length}, and a codebook has ${book}.`);
    const known = comes ? viewAs(Float32Array, bytes.subarray(0, book)) : memory.received;
    if (known.length < of.groups * ofBook) throw malformed('The codes of a tensor came before their codebook.');
    requireFinite(known);
    const all = unpackBits(bytes.subarray(bytes.length - codes), of.samples * of.perImage, codeBits);
    const beyond = all.findIndex((code) => code >= codewords);
    if (beyond >= 0) throw malformed(`Code ${beyond} is ${all[beyond]}, and there are ${codewords} codewords.`);
    if (comes) memory.receive(known);
    return joined(lookUp(all, known, of, codewords), shape, of);
  }

  const correct = correction > 0 && !once ? { correction: () => lost } : {};
  return { encode, decode, ...correct, ...(!once && { state: memory.state, restore: memory.restore }) };
}

/**
 * Grouped product quantisation of FedLite (Wang et al., 2022): an image is cut into vectors, and each is replaced by the nearest
 * of its group's codebook, which the encoder learns from one tensor to the next and which crosses with the codes. With one group
 * this is vector quantisation, with as many as an image has vectors product quantisation (Jégou et al., TPAMI 2011). A value is
 * drawn to the mean of those like it, so what arrives is biased; `correction` adds λ (z − ẑ) to the gradient of the maps for it.
 * A tensor that is smaller than its codebook, as the last batch of an epoch may be, crosses as float32.
 */
export const codebook = {
  name: 'codebook',
  words: {
    label: 'codebook, learned as it trains',
    hint: 'Several values at once as the nearest of a few vectors; the vectors cross, too',
  },
  params,
  largest,
  // Its codebook is a memory that takes in whole batches.
  memories: [],
  size: (shape, chosen) => {
    const { codes, book, plain } = partsOf(shape, chosen);
    const most = Math.min(codes + book, plain);
    return chosen.every === 1 ? { exact: most } : { atMost: most };
  },
  open,
  unfit(shape, chosen) {
    const { codes, book, plain, saves } = partsOf(shape, chosen);
    if (saves) return null;
    return (
      `a codebook smaller than what it saves: it has ${book} bytes, its codes ${codes}, and a batch of ` +
      `[${shape.join(', ')}] as it is ${plain}. Take fewer codewords or groups, or a larger batch`
    );
  },
} as const satisfies Codec<'codebook', typeof params>;
