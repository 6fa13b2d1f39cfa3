import type { Random } from '../../../random.ts';

/** A codebook: vectors of `length` values one after another, and how much each has stood for, as a fading count. */
export interface Codebook {
  readonly length: number;
  readonly codewords: Float32Array;
  readonly counts: Float32Array;
}

/** What share of a count is left after another tensor: that of half of them after seven. */
const fade = 0.9;
/** A codeword that stands for less than this share of its part is put elsewhere. */
const unused = 0.01;
/** Vectors for each codeword that a new codebook is found from, and how often it is improved on them. */
const sampled = 64;
const rounds = 4;

/** The codeword nearest to each vector, and the vector that is furthest from its own. */
export interface Nearest {
  readonly codes: Uint32Array;
  readonly furthest: number;
}

export function nearest(vectors: Float32Array, length: number, codewords: Float32Array): Nearest {
  const count = vectors.length / length;
  const halves = halfNorms(codewords, length);
  const codes = new Uint32Array(count);
  let [furthest, most] = [0, -1];
  for (let v = 0, at = 0; v < count; v++, at += length) {
    // |v − c|² = |v|² − 2 (v·c − |c|²/2): the nearest has the greatest of what is in brackets.
    let [code, best] = [0, -Infinity];
    for (let c = 0, from = 0; c < halves.length; c++, from += length) {
      let score = -halves[c];
      for (let x = 0; x < length; x++) score += vectors[at + x] * codewords[from + x];
      if (score > best) [code, best] = [c, score];
    }
    codes[v] = code;
    let norm = 0;
    for (let x = 0; x < length; x++) norm += vectors[at + x] * vectors[at + x];
    if (norm - 2 * best > most) [furthest, most] = [v, norm - 2 * best];
  }
  return { codes, furthest };
}

function halfNorms(codewords: Float32Array, length: number): Float64Array {
  const halves = new Float64Array(codewords.length / length);
  for (let i = 0; i < codewords.length; i++) halves[Math.floor(i / length)] += (codewords[i] * codewords[i]) / 2;
  return halves;
}

/**
 * Moves each codeword to the mean of what it has stood for, where vectors count less the longer ago they were: k-means by
 * mini-batches (Sculley, WWW 2010), with the fading counts of VQ-VAE (van den Oord et al., NIPS 2017).
 */
export function learn(book: Codebook, vectors: Float32Array, codes: Uint32Array): void {
  const { length, codewords, counts } = book;
  const now = new Float64Array(counts.length);
  const sums = new Float64Array(codewords.length);
  for (let v = 0, at = 0; v < codes.length; v++) {
    now[codes[v]]++;
    for (let x = 0, to = codes[v] * length; x < length; x++) sums[to + x] += vectors[at++];
  }
  for (let c = 0; c < counts.length; c++) {
    counts[c] = fade * counts[c] + now[c];
    if (now[c] === 0) continue;
    const share = now[c] / counts[c];
    for (let x = c * length; x < (c + 1) * length; x++) codewords[x] += share * (sums[x] / now[c] - codewords[x]);
  }
}

/** Puts the codeword that is used least where a vector is, if it is hardly used at all. */
export function reuse({ length, codewords, counts }: Codebook, vector: Float32Array): void {
  let least = 0;
  let all = 0;
  for (let c = 0; c < counts.length; c++) {
    all += counts[c];
    if (counts[c] < counts[least]) least = c;
  }
  if (counts[least] >= (unused * all) / counts.length) return;
  codewords.set(vector, least * length);
  counts[least] = 1;
}

/** A first codebook for some vectors: k-means++ (Arthur and Vassilvitskii, 2007), improved in a few rounds on part of them. */
export function firstCodebook(vectors: Float32Array, length: number, size: number, source: Random): Codebook {
  const part = everyFew(vectors, length, sampled * size);
  const codewords = spread(part, length, size, source);
  const book: Codebook = { length, codewords, counts: new Float32Array(size) };
  for (let round = 0; round < rounds; round++) {
    // Nothing of the rounds before is left in them.
    book.counts.fill(0);
    learn(book, part, nearest(part, length, codewords).codes);
  }
  return book;
}

/** At most so many of the vectors, evenly through them. */
function everyFew(vectors: Float32Array, length: number, most: number): Float32Array {
  const count = vectors.length / length;
  if (count <= most) return vectors;
  const some = new Float32Array(most * length);
  for (let i = 0; i < most; i++) {
    const at = Math.floor((i * count) / most) * length;
    some.set(vectors.subarray(at, at + length), i * length);
  }
  return some;
}

/** Vectors as codewords, each drawn with a probability that grows as the squared distance from those before. */
function spread(vectors: Float32Array, length: number, size: number, source: Random): Float32Array {
  const count = vectors.length / length;
  const codewords = new Float32Array(size * length);
  const distances = new Float64Array(count).fill(Infinity);
  let next = source.integer(count);
  for (let c = 0; c < size; c++) {
    const codeword = vectors.subarray(next * length, (next + 1) * length);
    codewords.set(codeword, c * length);
    const all = approach(distances, vectors, codeword);
    let left = source.uniform() * all;
    next = 0;
    for (let v = 0; v < count && left >= 0; v++) {
      // Not one that is a codeword already.
      if (distances[v] > 0) next = v;
      left -= distances[v];
    }
  }
  return codewords;
}

/** The squared distance of each vector from the nearest codeword, now that there is another one, and their sum. */
function approach(distances: Float64Array, vectors: Float32Array, codeword: Float32Array): number {
  const { length } = codeword;
  let sum = 0;
  for (let v = 0, at = 0; v < distances.length; v++, at += length) {
    let distance = 0;
    for (let x = 0; x < length; x++) distance += (vectors[at + x] - codeword[x]) ** 2;
    if (distance < distances[v]) distances[v] = distance;
    sum += distances[v];
  }
  return sum;
}
