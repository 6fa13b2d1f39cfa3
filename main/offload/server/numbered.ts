import { crc32 } from 'node:zlib';
import { messageOf, SluiceError } from '../../errors.ts';
import { encodeControl } from '../protocol/control.ts';
import { readHeader, setSequence, type MessageType } from '../protocol/header.ts';
import { createTaken } from './taken.ts';
import type { InTurn } from './turns.ts';

/** Gives the message that answers a request. */
export type Work = () => Promise<Uint8Array>;

/** One client's numbered requests. */
export interface NumberedRequests {
  /** Number of the last request taken, 0 before the first. */
  last(): number;
  /**
   * Takes the next request and gives its answer when it is there; it may be asked for more meanwhile, in order. One of the
   * last requests again gets its answer again and does nothing. Throws at once for what is no proper request (that takes
   * no number); a request that fails is answered by an error message.
   */
  take(message: Uint8Array): Promise<Uint8Array>;
  /** What was taken and is not at work yet is refused. */
  end(): void;
}

export interface NumberedOptions {
  /** How many requests a client may have without an answer. */
  readonly inFlight: number;
  /** When the work of a request begins. */
  readonly inTurn: InTurn;
  /** Decodes a request, so that a malformed one throws here, and gives the work that answers it. */
  prepare(type: MessageType, message: Uint8Array): Work;
}

export function numberedRequests({ inFlight, inTurn, prepare }: NumberedOptions): NumberedRequests {
  const taken = createTaken(inFlight);
  let ended = false;

  async function answer(work: Work, sequence: number): Promise<Uint8Array> {
    const message = await inTurn(() => (ended ? refuseEnded() : work())).catch(errorMessage);
    setSequence(message, sequence);
    return message;
  }

  return {
    last: () => taken.last(),
    take(message) {
      const { type, sequence } = readHeader(message);
      const digest = crc32(message);
      const known = taken.answerTo(sequence, digest);
      if (known) return known;
      const answered = answer(prepare(type, message), sequence);
      taken.take(digest, answered);
      return answered;
    },
    end() {
      ended = true;
    },
  };
}

function refuseEnded(): Promise<never> {
  return Promise.reject(new SluiceError('session-ended', 'The session ended before this request was begun.'));
}

/** An error message for anything that was thrown. */
export function errorMessage(error: unknown): Uint8Array {
  const { code, path } = error instanceof SluiceError ? error : { code: 'server-failed', path: undefined };
  const message = messageOf(error).slice(0, 4000);
  return encodeControl('error', path === undefined ? { code, message } : { code, message, path });
}

/** What does not suit the half is refused before its tensors take memory; the session goes on. */
export function refusalOf(check: () => void): Work | null {
  try {
    check();
    return null;
  } catch (error) {
    return () => Promise.resolve(errorMessage(error));
  }
}
