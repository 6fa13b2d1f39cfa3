import { crc32 } from 'node:zlib';
import { messageOf, SluiceError } from '../errors.ts';
import { createCheckpoints, type Checkpoints } from './checkpoints.ts';
import { decodeControl, encodeControl, type Control } from './control.ts';
import { readHeader, setSequence, type MessageType } from './header.ts';
import {
  decodeEvaluate,
  decodeInfer,
  decodeStep,
  encodeGradient,
  encodeLogits,
  encodeScore,
  type EvaluateRequest,
  type Features,
  type StepRequest,
} from './messages.ts';
import { decodeState, encodeState } from './state.ts';
import { createTurns, type InTurn } from './turns.ts';

/** The server half behind a session. No two of its functions run at the same time. */
export interface SessionHandler {
  /** The gradient is empty where the session wants none. */
  step(request: StepRequest): Promise<{ gradient: Float32Array; loss: number; correct: number }>;
  evaluate(request: EvaluateRequest): Promise<{ loss: number; correct: number }>;
  /** Logits, `[samples, classes]`. */
  infer(features: Features): Promise<Float32Array>;
  resetOptimiser(): Promise<void>;
  /** Weights and velocities as one safetensors file. */
  read(): Promise<Uint8Array>;
  write(checkpoint: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** One client's numbered requests. */
export interface Session {
  /** Number of the last request taken, 0 before the first. */
  last(): number;
  /**
   * The answer to a request. The last request again gets its answer again and does nothing. Throws for
   * what is no proper request (that takes no number); a request that fails is answered by an error message.
   */
  take(message: Uint8Array): Promise<Uint8Array>;
}

/** Parts of a checkpoint are no larger than this. */
const partBytes = 4 * 1024 * 1024;

export function createSession(handler: SessionHandler, inTurn: InTurn, checkpointBytes: number): Session {
  const checkpoints = createCheckpoints(checkpointBytes);
  // A client that reconnects may ask again while its request is still at work.
  const oneByOne = createTurns();
  let last = 0;
  let digest = 0;
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
    const work = prepare(type, message, handler, checkpoints);
    answer = await inTurn(work).catch(errorMessage);
    setSequence(answer, sequence);
    last = sequence;
    digest = given;
    return answer;
  }

  return { last: () => last, take: (message) => oneByOne(() => takeNow(message)) };
}

/** An error message for anything that was thrown. */
export function errorMessage(error: unknown): Uint8Array {
  const { code, path } = error instanceof SluiceError ? error : { code: 'server-failed', path: undefined };
  const message = messageOf(error).slice(0, 4000);
  return encodeControl('error', path === undefined ? { code, message } : { code, message, path });
}

/** Decodes a request, so that a malformed one throws here, and gives the work that answers it. */
function prepare(
  type: MessageType,
  message: Uint8Array,
  handler: SessionHandler,
  checkpoints: Checkpoints,
): () => Promise<Uint8Array> {
  switch (type) {
    case 'step': {
      const request = decodeStep(message);
      return async () => {
        const { result, serverSeconds } = await timed(() => handler.step(request));
        const [n, h, w] = request.shape;
        const shape = [n, h, w, result.gradient.length / (n * h * w)] as const;
        return encodeGradient({ ...result, shape, serverSeconds }, request.answerCodec);
      };
    }
    case 'evaluate': {
      const request = decodeEvaluate(message);
      return async () => {
        const { result, serverSeconds } = await timed(() => handler.evaluate(request));
        return encodeScore({ ...result, samples: request.shape[0], serverSeconds });
      };
    }
    case 'infer': {
      const features = decodeInfer(message);
      return async () => {
        const { result: logits, serverSeconds } = await timed(() => handler.infer(features));
        const samples = features.shape[0];
        return encodeLogits({ logits, shape: [samples, logits.length / samples], serverSeconds });
      };
    }
    case 'reset':
      decodeControl('reset', message);
      return async () => {
        await handler.resetOptimiser();
        return encodeControl('done', {});
      };
    case 'checkpoint': {
      const request = decodeControl('checkpoint', message);
      return () => answerCheckpoint(request, handler, checkpoints);
    }
    case 'state': {
      const part = decodeState(message);
      return () => Promise.resolve(encodeControl('done', checkpoints.append(part)));
    }
    default:
      throw new SluiceError('message-type', `A ${type} message arrived where a request was expected.`);
  }
}

async function answerCheckpoint(
  request: Control<'checkpoint'>,
  handler: SessionHandler,
  checkpoints: Checkpoints,
): Promise<Uint8Array> {
  const { action, name } = request;
  switch (action) {
    case 'save':
      return encodeControl('done', checkpoints.save(name, await handler.read()));
    case 'restore':
      await handler.write(checkpoints.get(name));
      return encodeControl('done', {});
    case 'drop':
      checkpoints.drop(name);
      return encodeControl('done', {});
    case 'put':
      checkpoints.begin(name, request.bytes);
      return encodeControl('done', {});
    case 'fetch': {
      const bytes = checkpoints.get(name);
      const part = bytes.subarray(request.offset, request.offset + partBytes);
      return encodeState({ offset: request.offset, total: bytes.length, bytes: part });
    }
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; serverSeconds: number }> {
  const start = performance.now();
  const result = await work();
  return { result, serverSeconds: (performance.now() - start) / 1000 };
}
