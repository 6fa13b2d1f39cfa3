import type { Offset, SharedMemory } from '../loops.ts';
import { readPart } from './calls.ts';
import type { Perform } from './perform.ts';

/**
 * Where the threads meet, in shared memory. The caller puts up the parts of a piece of work; every thread, the caller
 * too, takes one after the other until none is open. So nobody waits for a thread that the system does not let run:
 * its part is done by another.
 */
export interface Board {
  /** Puts up `count` parts, written at `lists`. */
  post(lists: Offset, count: number): void;
  /** Does parts until none is open. */
  work(perform: Perform): void;
  /** Waits until there are parts to do. */
  awaitWork(): void;
  /** Waits until all parts are done; false when one could not be. */
  awaitEnd(): boolean;
}

/** Places on the board, a cache line apart: the parts still open, those not yet done, those failed, and the lists. */
const [OPEN, LEFT, FAILED, LISTS] = [0, 16, 32, 48];

export const BOARD_BYTES = 4 * 64;

/** OPEN holds this many parts at most, and above them a number that every post changes. */
const MOST_PARTS = 1023;

/**
 * Looks at a place before sleeping on it, about 50 µs: waking a thread takes as long, and work mostly comes at once. Set
 * in Nov 2026 on a machine that was not noted.
 */
const LOOKS = 5_000;

/** The board at an offset of shared memory; its bytes are zero when it is new. */
export function boardAt(memory: SharedMemory, offset: Offset): Board {
  const places = new Int32Array(memory.buffer, offset, BOARD_BYTES / 4);

  /** The number of an open part, now the caller's to do; -1 when there is none. */
  const take = (): number => {
    for (;;) {
      const open = Atomics.load(places, OPEN);
      if ((open & MOST_PARTS) === 0) return -1;
      if (Atomics.compareExchange(places, OPEN, open, open - 1) === open) return (open & MOST_PARTS) - 1;
    }
  };

  return {
    post(lists, count) {
      const number = (Atomics.load(places, OPEN) | MOST_PARTS) + 1;
      places[LISTS] = lists;
      Atomics.store(places, LEFT, count);
      Atomics.store(places, OPEN, number | count);
      Atomics.notify(places, OPEN);
    },
    work(perform) {
      for (let part = take(); part >= 0; part = take()) {
        try {
          perform(readPart(memory, places[LISTS] >>> 0, part));
        } catch {
          Atomics.store(places, FAILED, 1);
        }
        if (Atomics.sub(places, LEFT, 1) === 1) Atomics.notify(places, LEFT);
      }
    },
    awaitWork() {
      until(places, OPEN, (open) => (open & MOST_PARTS) > 0);
    },
    awaitEnd() {
      until(places, LEFT, (left) => left === 0);
      return Atomics.exchange(places, FAILED, 0) === 0;
    },
  };
}

function until(places: Int32Array, place: number, arrived: (value: number) => boolean): void {
  for (let looks = 0; ; looks++) {
    const value = Atomics.load(places, place);
    if (arrived(value)) return;
    if (looks >= LOOKS) Atomics.wait(places, place, value);
  }
}
