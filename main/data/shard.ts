import { random, shuffle, type Random } from '../random.ts';
import { classShares } from './subset.ts';

/** The part of the training images that one of several data sources has. */
export interface Shard {
  /** From 0. */
  readonly index: number;
  readonly count: number;
  /** Dirichlet α of each class over the sources: small is uneven. Without it every source sees all classes alike. */
  readonly skew?: number | undefined;
  readonly seed: number;
}

/**
 * Which of these samples a source has, ascending. Every sample is at exactly one source, and none has nothing as long
 * as there are enough: with one seed all sources agree on who has what.
 */
export function shardOf(labels: Uint16Array, shard: Shard): Uint32Array {
  const { index, count, skew, seed } = shard;
  const owners = skew === undefined ? dealt(labels.length, count, seed) : skewed(labels, count, skew, seed);
  fillEmpty(owners, count);
  return Uint32Array.from(labels.keys()).filter((sample) => owners[sample] === index);
}

/** In turn, after shuffling: shares differ by one at most. */
function dealt(samples: number, count: number, seed: number): Uint32Array {
  const owners = new Uint32Array(samples);
  shuffle(Uint32Array.from(owners.keys()), random(seed, 'shard')).forEach((sample, i) => (owners[sample] = i % count));
  return owners;
}

/** Each class by shares drawn from a Dirichlet distribution, as in Hsu et al., "Measuring the effects of non-identical data". */
function skewed(labels: Uint16Array, count: number, alpha: number, seed: number): Uint32Array {
  const owners = new Uint32Array(labels.length);
  for (const label of new Set(labels)) {
    const source = random(seed, 'shard', label);
    const members = Uint32Array.from(labels.keys()).filter((sample) => labels[sample] === label);
    shuffle(members, source);
    let next = 0;
    classShares(dirichlet(count, alpha, source), members.length).forEach((share, owner) => {
      for (const end = next + share; next < end; next++) owners[members[next]] = owner;
    });
  }
  return owners;
}

/** A source without samples takes one from whoever has most. */
function fillEmpty(owners: Uint32Array, count: number): void {
  const held = new Uint32Array(count);
  for (const owner of owners) held[owner]++;
  held.forEach((samples, source) => {
    if (samples > 0) return;
    const richest = held.indexOf(held.reduce((a, b) => Math.max(a, b)));
    if (held[richest] < 2) return;
    owners[owners.indexOf(richest)] = source;
    held[richest]--;
    held[source]++;
  });
}

function dirichlet(count: number, alpha: number, source: Random): number[] {
  const logs = Array.from({ length: count }, () => logGamma(alpha, source));
  // Below α = 0.01 or so the numbers themselves vanish, their ratios do not.
  const largest = Math.max(...logs);
  return logs.map((log) => Math.exp(log - largest));
}

/** The logarithm of a number from the Gamma distribution (Marsaglia and Tsang, 2000). */
function logGamma(shape: number, source: Random): number {
  if (shape < 1) return logGamma(shape + 1, source) + Math.log(1 - source.uniform()) / shape;
  const d = shape - 1 / 3;
  for (;;) {
    const x = source.normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - source.uniform()) < x * x * 0.5 + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}
