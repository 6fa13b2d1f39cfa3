import { crc32 } from 'node:zlib';
import { messageOf, SluiceError } from '../../errors.ts';
import { decodeAverage, encodeAveraged, type AverageAnswer, type AverageRequest } from '../protocol/average.ts';
import type { SessionCodecs } from '../codecs/session-codecs.ts';
import type { Checkpoints } from './checkpoints.ts';
import { decodeCodecState, encodeCodecState } from '../protocol/codec-state.ts';
import { decodeControl, encodeControl, type Control, type Purpose } from '../protocol/control.ts';
import { readHeader, setSequence, type MessageType } from '../protocol/header.ts';
import {
  decodeEvaluate,
  decodeInfer,
  decodeStep,
  encodeGradient,
  encodeLogits,
  encodeScore,
  readExtent,
  type Extent,
} from '../protocol/messages.ts';
import { decodeState, encodeState, statePartBytes } from '../protocol/state-part.ts';
import { createTaken } from './taken.ts';
import type { TrainedHalf } from './trained-half.ts';
import { createTurns } from './turns.ts';

/** What the requests of a session are answered with. */
export interface SessionParts {
  readonly half: TrainedHalf;
  readonly purpose: Purpose;
  /** Of the run, by its index. */
  readonly source: number;
  /** How many requests a client may have without an answer. */
  readonly inFlight: number;
  readonly checkpoints: Checkpoints;
  readonly codecs: SessionCodecs;
  /** The average of the client halves of all sources of the run. */
  average(request: AverageRequest): Promise<AverageAnswer>;
}

/** One client's numbered requests. */
export interface Session {
  /** Number of the last request taken, 0 before the first. */
  last(): number;
  /** What it has trained so far. */
  trained(): { readonly steps: number; readonly samples: number };
  /**
   * Takes the next request and gives its answer when it is there; it may be asked for more meanwhile, in order. One of the
   * last requests again gets its answer again and does nothing. Throws at once for what is no proper request (that takes
   * no number); a request that fails is answered by an error message.
   */
  take(message: Uint8Array): Promise<Uint8Array>;
  /** What was taken and is not at work yet is refused. */
  end(): void;
}

/** What would change a half. */
const training: ReadonlySet<MessageType> = new Set(['step', 'reset', 'average']);

export function createSession(parts: SessionParts): Session {
  const oneByOne = createTurns();
  const taken = createTaken(parts.inFlight);
  let ended = false;
  let steps = 0;
  let samples = 0;

  function onTrained(count: number): void {
    steps++;
    samples += count;
  }

  async function answer(work: Work, sequence: number): Promise<Uint8Array> {
    const message = await oneByOne(() => (ended ? refuseEnded() : work())).catch(errorMessage);
    setSequence(message, sequence);
    return message;
  }

  return {
    last: () => taken.last(),
    trained: () => ({ steps, samples }),
    take(message) {
      const { type, sequence } = readHeader(message);
      const digest = crc32(message);
      const known = taken.answerTo(sequence, digest);
      if (known) return known;
      const answered = answer(prepare(type, message, parts, onTrained), sequence);
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

type Work = () => Promise<Uint8Array>;

/** Decodes a request, so that a malformed one throws here, and gives the work that answers it. */
function prepare(
  type: MessageType,
  message: Uint8Array,
  parts: SessionParts,
  onTrained: (samples: number) => void,
): Work {
  const { half, checkpoints, codecs, purpose } = parts;
  if (purpose === 'infer' && training.has(type)) return () => Promise.resolve(errorMessage(readOnly(type)));
  switch (type) {
    case 'step':
      return prepareStep(message, parts, onTrained);
    case 'evaluate':
    case 'infer':
      return prepareInference(type, message, parts);
    case 'reset':
      decodeControl('reset', message);
      return async () => {
        await half.resetOptimiser();
        return encodeControl('done', {});
      };
    case 'checkpoint': {
      const request = decodeControl('checkpoint', message);
      return () => answerCheckpoint(request, half, checkpoints);
    }
    case 'steps': {
      const { source, from } = decodeControl('steps', message);
      return async () => encodeControl('taken', await half.stepsOf(source, from));
    }
    case 'state': {
      const part = decodeState(message);
      return async () => encodeControl('done', await checkpoints.append(part));
    }
    case 'codecs':
      return () => new Promise((resolve) => resolve(answerCodecState(message, codecs)));
    case 'average': {
      const request = decodeAverage(message);
      return async () => encodeAveraged(await parts.average(request));
    }
    default:
      throw new SluiceError('message-type', `A ${type} message arrived where a request was expected.`);
  }
}

function prepareStep(
  message: Uint8Array,
  { half, codecs, source }: SessionParts,
  onTrained: (samples: number) => void,
): Work {
  const refusal = refusalOf(half, readExtent('step', message));
  if (refusal) return refusal;
  const request = decodeStep(message, codecs);
  return async () => {
    const answer = await half.step(request, source, message.length);
    const [n, h, w] = request.shape;
    onTrained(n);
    const shape = [n, h, w, answer.gradient.length / (n * h * w)] as const;
    const encoded = encodeGradient({ ...answer, shape }, codecs, request);
    half.answered(request, answer, encoded.length);
    return encoded;
  };
}

function prepareInference(type: 'evaluate' | 'infer', message: Uint8Array, { half, codecs }: SessionParts): Work {
  const refusal = refusalOf(half, readExtent(type, message));
  if (refusal) return refusal;
  if (type === 'evaluate') {
    const request = decodeEvaluate(message, codecs);
    return async () => encodeScore({ ...(await half.evaluate(request)), samples: request.shape[0] });
  }
  const features = decodeInfer(message, codecs);
  return async () => {
    const answer = await half.infer(features);
    const [samples] = features.shape;
    return encodeLogits({ ...answer, shape: [samples, answer.logits.length / samples] });
  };
}

function readOnly(type: MessageType): SluiceError {
  return new SluiceError(
    'session-read-only',
    `A ${type} message came in a session with purpose "infer", whose server half is read-only. Open one with purpose "train".`,
    { path: 'purpose' },
  );
}

function answerCodecState(message: Uint8Array, codecs: SessionCodecs): Uint8Array {
  const state = decodeCodecState(message);
  if (!state) return encodeCodecState(codecs.read());
  codecs.write(state);
  return encodeControl('done', {});
}

/** What does not suit the half is refused before its tensors take memory; the session goes on. */
function refusalOf(half: TrainedHalf, extent: Extent): Work | null {
  try {
    half.check(extent);
    return null;
  } catch (error) {
    return () => Promise.resolve(errorMessage(error));
  }
}

async function answerCheckpoint(
  request: Control<'checkpoint'>,
  half: TrainedHalf,
  checkpoints: Checkpoints,
): Promise<Uint8Array> {
  const { action, name } = request;
  switch (action) {
    case 'save': {
      const { checkpoint, taken } = await half.read();
      return encodeControl('done', { ...(await checkpoints.save(name, checkpoint)), ...(taken && { taken }) });
    }
    case 'restore':
      return encodeControl('done', { restored: await half.write(await checkpoints.read(name, request.sha256)) });
    case 'drop':
      await checkpoints.drop(name);
      return encodeControl('done', {});
    case 'put':
      await checkpoints.begin(name, request.bytes);
      return encodeControl('done', {});
    case 'fetch':
      return encodeState(await checkpoints.part(name, request.offset, statePartBytes));
  }
}
