import { SluiceError } from '../../errors.ts';
import type { SessionCodecs } from '../codecs/session-codecs.ts';
import type { ServedSet, SessionRequest } from '../protocol/control.ts';
import type { MessageType } from '../protocol/header.ts';
import { decodeInfer, encodeLogits, readExtent, type Extent, type InferRequest } from '../protocol/messages.ts';
import { errorMessage, numberedRequests, refusalOf, type Work } from './numbered.ts';
import type { Session } from './session.ts';
import type { Timed } from './turns.ts';

/** The loaded server half of a pair, which the sessions of all clients share. */
export interface PairHalf {
  /** Throws for a request that does not suit the pair. Asked before the request's tensors take memory. */
  check(extent: Extent): void;
  /**
   * Logits `[samples, classes]`. Requests are computed together with others', those of one client in their order. Throws
   * `limit-queue` and `deadline-missed`, of what was not computed.
   */
  infer(client: string, request: InferRequest): Promise<Timed<BatchedLogits>>;
}

export interface BatchedLogits {
  readonly logits: Float32Array;
  /** Samples of the batch. */
  readonly batch: number;
}

/** The model sets of a server for inference. */
export interface ServedSets {
  readonly list: readonly ServedSet[];
  /** The half of the pair that a session names. Throws `set-other`, `budget-missing` and `session-mismatch`. */
  open(request: SessionRequest): PairHalf;
}

export interface PairSessionOptions {
  readonly client: string;
  readonly half: PairHalf;
  readonly codecs: SessionCodecs;
  readonly inFlight: number;
}

/** What is a request in other sessions. */
const refused: ReadonlySet<MessageType> = new Set([
  'step',
  'evaluate',
  'reset',
  'average',
  'checkpoint',
  'state',
  'steps',
  'codecs',
]);

/** A session with a pair: its requests are at work together, as many as it has sent. */
export function createPairSession({ client, half, codecs, inFlight }: PairSessionOptions): Session {
  let requests = 0;
  let samples = 0;

  function prepare(type: MessageType, message: Uint8Array): Work {
    if (refused.has(type)) return () => Promise.resolve(errorMessage(inferAlone(type)));
    const refusal = refusalOf(() => half.check(readExtent('infer', message)));
    if (refusal) return refusal;
    const request = decodeInfer(message, codecs);
    const [count] = request.shape;
    return async () => {
      const answer = await half.infer(client, request);
      requests++;
      samples += count;
      return encodeLogits({ ...answer, shape: [count, answer.logits.length / count] });
    };
  }

  return {
    ...numberedRequests({ inFlight, prepare, inTurn: (work) => work() }),
    done: () => ({ steps: requests, samples }),
  };
}

function inferAlone(type: MessageType): SluiceError {
  return new SluiceError(
    'session-read-only',
    `A ${type} message came in a session with a pair of a model set, which answers infer alone.`,
    { path: 'pair' },
  );
}
