/** Seeded random numbers. Every stream of randomness in Sluice is one of these, named by its purpose. */
export interface Random {
  /** Uniform in [0, 1), 32 bits of it. */
  uniform(): number;
  normal(): number;
  /** Uniform integer in [0, n). */
  integer(n: number): number;
  /** Fills `values` with numbers uniform on [-bound, bound): those of so many calls of uniform(), only faster. */
  fillUniform(values: Float32Array, bound: number): void;
}

/** Stirs 32 bits into a hash, as MurmurHash3 ends. */
function stir(hash: number, bits: number): number {
  let h = Math.imul(hash ^ bits, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function hash(seed: number, keys: readonly (number | string)[]): number {
  let h = 0x9e3779b9 ^ stir(0, seed);
  for (const key of keys) {
    const words = typeof key === 'number' ? [key, key / 0x100000000] : Array.from(key, (c) => c.charCodeAt(0));
    for (const word of words) h = stir(h, word);
  }
  return h;
}

/** Mulberry32's step from one state to the next, and the number in [0, 1) that a state stands for. */
function next(state: number): number {
  return (state + 0x6d2b79f5) | 0;
}

function unit(state: number): number {
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

/** An independent stream for a seed and a purpose: `random(seed, 'augment', epoch, index)`. */
export function random(seed: number, ...keys: (number | string)[]): Random {
  let state = hash(seed, keys);
  const uniform = (): number => {
    state = next(state);
    return unit(state);
  };
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    integer: (n) => Math.floor(uniform() * n),
    fillUniform(values, bound) {
      // A local integer, so that the loop runs in registers: a network may draw a hundred million of these.
      let at = state | 0;
      for (let i = 0; i < values.length; i++) {
        at = next(at);
        values[i] = (2 * unit(at) - 1) * bound;
      }
      state = at;
    },
  };
}

/** Fisher–Yates, in place. */
export function shuffle<T extends { length: number; [index: number]: number }>(items: T, source: Random): T {
  for (let i = items.length - 1; i > 0; i--) {
    const j = source.integer(i + 1);
    const swap = items[i];
    items[i] = items[j];
    items[j] = swap;
  }
  return items;
}
