/** Frequencies are shares of 2 ** 14 slots. */
export const slotBits = 14;
const slots = 2 ** slotBits;

/** Symbols after which the slots are dealt anew, at first and later on. */
const [firstGap, lastGap] = [16, 256];
/** Beyond so many symbols what was counted before counts half. */
const window = 2 ** 13;

/**
 * How often symbols come, learned from those before: nothing need be sent of it, and as all of it is whole numbers below 2 ** 31,
 * two that see the same symbols agree on every machine.
 */
export interface Frequencies {
  /** Symbol s has the slots from starts[s] on and before starts[s + 1], at least one. */
  readonly starts: Uint16Array;
  /** Counts the next symbol. Returns whether the slots were dealt anew. */
  see(symbol: number): boolean;
}

/** For symbols below `alphabet`, at most 256, each of which counts as seen once before the first comes. */
export function frequencies(alphabet: number): Frequencies {
  const counts = new Uint32Array(alphabet).fill(1);
  const starts = new Uint16Array(alphabet + 1);
  let total = alphabet;
  let gap = firstGap;
  let left = gap;
  deal();

  /** A slot for each symbol; the others go by the counts. */
  function deal(): void {
    for (let s = 0, below = 0; s <= alphabet; s++) {
      starts[s] = s + Math.floor((below * (slots - alphabet)) / total);
      below += counts[s];
    }
  }

  function halve(): void {
    total = 0;
    for (let s = 0; s < alphabet; s++) {
      counts[s] = (counts[s] + 1) >>> 1;
      total += counts[s];
    }
  }

  return {
    starts,
    see(symbol) {
      counts[symbol]++;
      total++;
      left--;
      if (left > 0) return false;
      if (total > window) halve();
      deal();
      gap = Math.min(lastGap, 2 * gap);
      left = gap;
      return true;
    },
  };
}
