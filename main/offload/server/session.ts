import { crc32 } from 'node:zlib';
import { messageOf, SluiceError } from '../../errors.ts';
import { decodeAverage, encodeAveraged, type AverageAnswer, type AverageRequest } from '../protocol/average.ts';
import type { SessionCodecs } from '../codecs/session-codecs.ts';
import type { Checkpoints } from './checkpoints.ts';
import { decodeCodecState, encodeCodecState } from '../protocol/codec-state.ts';
import { decodeControl, encodeControl, type Control } from '../protocol/control.ts';
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
import type { TrainedHalf } from './trained-half.ts';
import { createTurns } from './turns.ts';

/** What the requests of a session are answered with. */
export interface SessionParts {
  readonly half: TrainedHalf;
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
   * The answer to a request. The last request again gets its answer again and does nothing. Throws for
   * what is no proper request (that takes no number); a request that fails is answered by an error message.
   */
  take(message: Uint8Array): Promise<Uint8Array>;
}

export function createSession(parts: SessionParts): Session {
  // A client that reconnects may ask again while its request is still at work.
  const oneByOne = createTurns();
  let last = 0;
  let digest = 0;
  let steps = 0;
  let samples = 0;
  let answer: Uint8Array = new Uint8Array(0);

  async function takeNow(message: Uint8Array): Promise<Uint8Array> {
    const { type, sequence } = readHeader(message);
    const given = crc32(message);
    if (sequence === last && last > 0) {
      if (given === digest) return answer;
      throw new SluiceError('sequence-reused', `Request ${sequence} came again with different content.`);
    }
    if (sequence !== last + 1) {
      throw new SluiceError('sequence-wrong', `Request ${sequence} came where ${last + 1} was expected.`);
    }
    const work = prepare(type, message, parts, (trained) => {
      steps++;
      samples += trained;
    });
    answer = await work().catch(errorMessage);
    setSequence(answer, sequence);
    last = sequence;
    digest = given;
    return answer;
  }

  return {
    last: () => last,
    trained: () => ({ steps, samples }),
    take: (message) => oneByOne(() => takeNow(message)),
  };
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
  const { half, checkpoints, codecs } = parts;
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

function prepareStep(message: Uint8Array, { half, codecs }: SessionParts, onTrained: (samples: number) => void): Work {
  const refusal = refusalOf(half, readExtent('step', message));
  if (refusal) return refusal;
  const request = decodeStep(message, codecs);
  return async () => {
    const { result, ...seconds } = await half.step(request);
    const [n, h, w] = request.shape;
    onTrained(n);
    const shape = [n, h, w, result.gradient.length / (n * h * w)] as const;
    return encodeGradient({ ...result, shape, ...seconds }, codecs, request);
  };
}

function prepareInference(type: 'evaluate' | 'infer', message: Uint8Array, { half, codecs }: SessionParts): Work {
  const refusal = refusalOf(half, readExtent(type, message));
  if (refusal) return refusal;
  if (type === 'evaluate') {
    const request = decodeEvaluate(message, codecs);
    return async () => {
      const { result, ...seconds } = await half.evaluate(request);
      return encodeScore({ ...result, samples: request.shape[0], ...seconds });
    };
  }
  const features = decodeInfer(message, codecs);
  return async () => {
    const { result: logits, ...seconds } = await half.infer(features);
    const [samples] = features.shape;
    return encodeLogits({ logits, shape: [samples, logits.length / samples], ...seconds });
  };
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
    case 'save':
      return encodeControl('done', await checkpoints.save(name, await half.read()));
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
