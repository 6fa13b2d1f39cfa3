import { SluiceError } from '../../errors.ts';

/** The requests that a session took, by number: each once, and its answer again for who asks again. */
export interface Taken {
  /** Number of the last one, 0 before the first. */
  last(): number;
  /**
   * The answer under a number, also one that is still being worked on; null for the next number, which is free. Throws
   * `sequence-reused` when it was given to another request, and `sequence-wrong` for every other number.
   */
  answerTo(sequence: number, digest: number): Promise<Uint8Array> | null;
  /** Takes the next number. */
  take(digest: number, answer: Promise<Uint8Array>): void;
}

/** `kept`: of how many numbers the answers are kept. A client has no more requests without an answer. */
export function createTaken(kept: number): Taken {
  const answers = new Map<number, { readonly digest: number; readonly answer: Promise<Uint8Array> }>();
  let last = 0;
  return {
    last: () => last,
    answerTo(sequence, digest) {
      if (sequence === last + 1) return null;
      const known = answers.get(sequence);
      if (!known) throw new SluiceError('sequence-wrong', `Request ${sequence} came where ${last + 1} was expected.`);
      if (known.digest === digest) return known.answer;
      throw new SluiceError('sequence-reused', `Request ${sequence} came again with different content.`);
    },
    take(digest, answer) {
      last++;
      answers.set(last, { digest, answer });
      answers.delete(last - kept);
    },
  };
}
