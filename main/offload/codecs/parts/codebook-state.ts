import { SluiceError } from '../../../errors.ts';
import type { NamedTensor, StateDict } from '../../../model/state.ts';
import type { Codebook } from './k-means.ts';

/** What both ends of a codebook remember: codebooks of the groups one after another. */
export interface CodebookMemory {
  /** As they are learned, and as they crossed last. */
  readonly learned: Codebook[];
  readonly sent: Float32Array;
  /** At the other end. */
  readonly received: Float32Array;
  /** Tensors since one crossed, the one it came with included. */
  age: number;
  /** Those of the first groups cross as they are learned now. */
  send(groups: number): void;
  receive(codewords: Float32Array): void;
  state(): StateDict;
  restore(state: StateDict): void;
}

interface Extents {
  readonly length: number;
  readonly codewords: number;
  readonly groups: number;
}

export function codebookState({ length, codewords, groups }: Extents): CodebookMemory {
  const ofBook = codewords * length;
  const none = new Float32Array(0);
  let held: Pick<CodebookMemory, 'sent' | 'received'> = { sent: none, received: none };

  const memory: CodebookMemory = {
    learned: [],
    age: 0,
    get sent() {
      return held.sent;
    },
    get received() {
      return held.received;
    },
    send(count) {
      held = { ...held, sent: over(held.sent, joinedBooks(memory.learned.slice(0, count))) };
      memory.age = 0;
    },
    receive(given) {
      held = { ...held, received: over(held.received, given) };
    },
    state: () => ({
      age: { shape: [1], data: BigInt64Array.of(BigInt(memory.age)) },
      ...tensor('learned', joinedBooks(memory.learned)),
      ...tensor('counts', concatenated(memory.learned.map(({ counts }) => counts))),
      ...tensor('sent', held.sent),
      ...tensor('received', held.received),
    }),
    restore(state) {
      const { age, learned, counts, sent, received, ...others } = state;
      const [foreign] = Object.keys(others);
      if (foreign !== undefined) throw wrong(foreign);
      if (!(age?.data instanceof BigInt64Array) || age.data.length !== 1) throw wrong('age');
      const books = read('learned', learned, ofBook);
      const counted = read('counts', counts, codewords);
      if (counted.length * length !== books.length) throw wrong('counts');
      held = { sent: read('sent', sent, ofBook), received: read('received', received, ofBook) };
      memory.age = Number(age.data[0]);
      memory.learned.splice(0, Infinity, ...booksOf(books, counted));
    },
  };

  function booksOf(books: Float32Array, counts: Float32Array): Codebook[] {
    return Array.from({ length: books.length / ofBook }, (_, g) => ({
      length,
      codewords: books.slice(g * ofBook, (g + 1) * ofBook),
      counts: counts.slice(g * codewords, (g + 1) * codewords),
    }));
  }

  function read(name: string, given: NamedTensor | undefined, each: number): Float32Array {
    if (!given) return none;
    const { data } = given;
    if (!(data instanceof Float32Array) || data.length % each !== 0 || data.length > groups * each) throw wrong(name);
    return data.slice();
  }

  return memory;
}

function wrong(name: string): SluiceError {
  return new SluiceError(
    'codec-state',
    `"${name}" is no state of the codec codebook with these parameters: it keeps age, learned, counts, sent and received.`,
    { path: name },
  );
}

function tensor(name: string, data: Float32Array): StateDict {
  return data.length === 0 ? {} : { [name]: { shape: [data.length], data: data.slice() } };
}

function joinedBooks(books: readonly Codebook[]): Float32Array {
  return concatenated(books.map(({ codewords }) => codewords));
}

function concatenated(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Later values over the first of those before, which may be more: there are fewer groups where fewer maps are kept. */
function over(before: Float32Array, now: Float32Array): Float32Array {
  return now.length >= before.length ? now.slice() : concatenated([now, before.subarray(now.length)]);
}
