import { SluiceError } from '../../errors.ts';
import { decodeAverage, encodeAveraged, type AverageAnswer, type AverageRequest } from '../protocol/average.ts';
import type { SessionCodecs } from '../codecs/session-codecs.ts';
import type { Checkpoints } from './checkpoints.ts';
import { decodeCodecState, encodeCodecState } from '../protocol/codec-state.ts';
import { decodeControl, encodeControl, type Control, type Purpose } from '../protocol/control.ts';
import type { MessageType } from '../protocol/header.ts';
import {
  decodeEvaluate,
  decodeInfer,
  decodeStep,
  encodeGradient,
  encodeLogits,
  encodeScore,
  readExtent,
} from '../protocol/messages.ts';
import { decodeState, encodeState, statePartBytes } from '../protocol/state-part.ts';
import { errorMessage, numberedRequests, refusalOf, type NumberedRequests, type Work } from './numbered.ts';
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

export interface Session extends NumberedRequests {
  /** What it has computed so far. */
  done(): { readonly steps: number; readonly samples: number };
}

/** What would change a half. */
const training: ReadonlySet<MessageType> = new Set(['step', 'reset', 'average']);

export function createSession(parts: SessionParts): Session {
  let steps = 0;
  let samples = 0;

  function onTrained(count: number): void {
    steps++;
    samples += count;
  }

  const { inFlight } = parts;
  const prepareHere = (type: MessageType, message: Uint8Array): Work => prepare(type, message, parts, onTrained);
  return {
    ...numberedRequests({ inFlight, inTurn: createTurns(), prepare: prepareHere }),
    done: () => ({ steps, samples }),
  };
}

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
    case 'reset': {
      const { phase } = decodeControl('reset', message);
      return async () => {
        await half.resetOptimiser(phase);
        return encodeControl('done', {});
      };
    }
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
  const refusal = refusalOf(() => half.check(readExtent('step', message)));
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
  const refusal = refusalOf(() => half.check(readExtent(type, message)));
  if (refusal) return refusal;
  if (type === 'evaluate') {
    const request = decodeEvaluate(message, codecs);
    return async () => encodeScore({ ...(await half.evaluate(request)), samples: request.shape[0] });
  }
  const request = decodeInfer(message, codecs);
  const arrived = performance.now();
  return async () => {
    const answer = await half.infer(request, arrived);
    const [samples] = request.shape;
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
