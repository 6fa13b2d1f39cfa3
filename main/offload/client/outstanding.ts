import { SluiceError } from '../../errors.ts';
import { readHeader, setSequence } from '../protocol/header.ts';
import { throwIfError } from './greeting.ts';

interface Asked {
  readonly message: Uint8Array;
  readonly resolve: (answer: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/** A client's requests that have no answer yet: some are sent, under consecutive numbers; the rest wait for their turn. */
export interface Outstanding {
  add(message: Uint8Array): Promise<Uint8Array>;
  /** Numbers the next ones, as many as may be sent; in order. */
  next(): Uint8Array[];
  /** Those that were sent, in order: what a new connection has to bring again. Throws unless the server can know them all. */
  again(lastTaken: number): Uint8Array[];
  /** Whether any was sent. */
  any(): boolean;
  /** Gives an answer to the request it answers. Throws an answer that is to none, and the error it may hold. */
  settle(answer: Uint8Array): void;
  /** Gives all of them up. Their numbers are free again. */
  fail(error: unknown): void;
}

/** `sequence`: the last number used; no more than `inFlight` are sent before their answers. */
export function createOutstanding(sequence: number, inFlight: number): Outstanding {
  const sent = new Map<number, Asked>();
  const waiting: Asked[] = [];
  let last = sequence;

  /** The number before the first that has no answer. */
  function answered(): number {
    const [first = last + 1] = sent.keys();
    return first - 1;
  }

  return {
    any: () => sent.size > 0,
    add: (message) => new Promise((resolve, reject) => waiting.push({ message, resolve, reject })),
    next() {
      // Answers may come out of order after a loss, and the server keeps those of the last numbers alone.
      const asked = waiting.splice(0, answered() + inFlight - last);
      for (const one of asked) {
        last++;
        setSequence(one.message, last);
        sent.set(last, one);
      }
      return asked.map(({ message }) => message);
    },
    again(lastTaken) {
      if (lastTaken < answered() || lastTaken > last) throw outOfStep(lastTaken, answered() + 1);
      return [...sent.values()].map(({ message }) => message);
    },
    settle(answer) {
      const { type, sequence: number } = readHeader(answer);
      const asked = sent.get(number);
      if (!asked) {
        if (type === 'error') throwIfError(answer);
        throw outOfStep(number, answered() + 1);
      }
      sent.delete(number);
      try {
        asked.resolve(throwIfError(answer));
      } catch (error) {
        asked.reject(error);
      }
    },
    fail(error) {
      last = answered();
      const given = [...sent.values(), ...waiting.splice(0)];
      sent.clear();
      for (const { reject } of given) reject(error);
    },
  };
}

function outOfStep(given: number, expected: number): SluiceError {
  return new SluiceError(
    'sequence-wrong',
    `The offload server is at request ${given} where ${expected} was expected. Resume from a checkpoint.`,
  );
}
