import { SluiceError } from '../../errors.ts';
import { mostBytes, type TensorShape } from '../codecs/codec.ts';
import { decodeFloats, encodeFloats } from '../codecs/float32.ts';
import type { SessionCodecs } from '../codecs/session-codecs.ts';
import { sizeOf, type CodecChoice } from '../codecs/table.ts';
import { expectLength, malformed, viewOfType, withHeader } from './header.ts';
import type { Request } from './requests.ts';
import { countValues, lengthBytes, type Sections } from './sections.ts';
import type { Score, ServerSeconds, StepAnswer } from './step-answer.ts';

/** A step's answer as it lies on the wire. */
type GradientMessage = StepAnswer &
  ServerSeconds & {
    /** `kept` is 0 for a client without weights of its own, which needs no gradient. */
    readonly shape: TensorShape;
  };

/** Answer to an evaluation. */
export interface ScoreAnswer extends Score, ServerSeconds {
  readonly samples: number;
}

/** Answer to an inference: `[samples, classes]`. */
export interface LogitsAnswer extends ServerSeconds {
  readonly logits: Float32Array;
  readonly shape: readonly [samples: number, classes: number];
  /** In a session with a pair: samples of the batch that it was computed in, those of other clients included. */
  readonly batch?: number | undefined;
}

const gradientHeader = 40;
/** Of the answer to an evaluation. */
export const scoreBytes = 32;
const logitsHeader = 24;
const batchBytes = 4;
/** Bytes of logits besides their values, in a session with a pair. */
export const logitsOverhead = logitsHeader + batchBytes;

const noBytes = new Uint8Array(0);

/** Of the step that is answered: the codec it wants, and which maps it sent. */
type Asked = Pick<Request, 'answerCodec' | 'selection' | 'images'>;
/** Their sizes, too. */
type AskedMaps = Asked &
  Pick<Request, 'shape' | 'total'> & {
    /** Whether the session wants gradients: a client without weights does not. */
    readonly wantsGradient: boolean;
  };

/** Sizes of a gradient answer for features of this shape. */
export function gradientSections(shape: TensorShape, codec: CodecChoice): Sections {
  const size = shape[3] === 0 ? { exact: 0 } : sizeOf(codec, shape);
  return { header: gradientHeader + lengthBytes, gate: 0, labels: 0, maps: mostBytes(size), exact: 'exact' in size };
}

export function encodeGradient(answer: GradientMessage, codecs: SessionCodecs, asked: Asked): Uint8Array {
  const { gradient, shape } = answer;
  const maps = shape[3] === 0 ? noBytes : encodeValues(gradient, shape, codecs, asked);
  const view = withHeader('gradient', gradientHeader + lengthBytes + maps.length);
  view.setUint8(8, asked.answerCodec);
  view.setUint16(10, shape[3], true);
  view.setUint32(12, shape[0], true);
  view.setUint16(16, shape[1], true);
  view.setUint16(18, shape[2], true);
  view.setUint32(20, answer.correct, true);
  view.setFloat64(24, finite(answer.loss, 'loss'), true);
  view.setFloat32(32, answer.serverSeconds, true);
  view.setFloat32(36, answer.waitSeconds, true);
  view.setUint32(gradientHeader, maps.length, true);
  const bytes = new Uint8Array(view.buffer);
  bytes.set(maps, gradientHeader + lengthBytes);
  return bytes;
}

/** The answer to a step. Throws `message-malformed` for one that is not in the codec or of the maps it asked for. */
export function decodeGradient(bytes: Uint8Array, codecs: SessionCodecs, asked: AskedMaps): GradientMessage {
  const view = viewOfType('gradient', bytes, gradientHeader + lengthBytes);
  const kept = view.getUint16(10, true);
  const shape = [view.getUint32(12, true), view.getUint16(16, true), view.getUint16(18, true), kept] as const;
  if (view.getUint8(8) !== asked.answerCodec || view.getUint8(9) !== 0)
    throw malformed(`A gradient is in codec ${view.getUint16(8, true)}, expected ${asked.answerCodec}.`);
  requireGradientOf(asked, shape);
  expectLength(bytes, gradientHeader + lengthBytes + view.getUint32(gradientHeader, true));
  const answer = {
    shape,
    correct: requireCorrect(view.getUint32(20, true), shape[0]),
    loss: amount(view.getFloat64(24, true), 'loss'),
    serverSeconds: amount(view.getFloat32(32, true), 'serverSeconds'),
    waitSeconds: amount(view.getFloat32(36, true), 'waitSeconds'),
  };
  const values = bytes.subarray(gradientHeader + lengthBytes);
  return { ...answer, gradient: decodeValues(values, shape, codecs, asked) };
}

/** A gradient is one of all maps that were sent, or of none where the session wants none. */
function requireGradientOf({ shape, total, selection, wantsGradient }: AskedMaps, given: TensorShape): void {
  const sent = [...shape, selection?.kept.length ?? total];
  const expected = wantsGradient ? sent : [...shape, 0];
  if (given.join() === expected.join()) return;
  throw malformed(
    `A gradient of [${given.join(', ')}] answers maps of [${sent.join(', ')}], expected [${expected.join(', ')}].`,
  );
}

function encodeValues(
  values: Float32Array,
  shape: TensorShape,
  codecs: SessionCodecs,
  { answerCodec, selection, images }: Asked,
): Uint8Array {
  requireCount(values, shape);
  return codecs
    .at(answerCodec, 'down')
    .encode(values, { shape, kept: selection?.kept ?? null, images: images?.indices });
}

function decodeValues(
  bytes: Uint8Array,
  shape: TensorShape,
  codecs: SessionCodecs,
  { answerCodec, selection, images }: Asked,
): Float32Array {
  if (shape[3] === 0) {
    if (bytes.length > 0) throw malformed(`A gradient of no maps has ${bytes.length} bytes.`);
    return new Float32Array(0);
  }
  countValues(shape);
  return codecs
    .at(answerCodec, 'down')
    .decode(bytes, { shape, kept: selection?.kept ?? null, images: images?.indices });
}

export function encodeScore({ samples, correct, loss, serverSeconds, waitSeconds }: ScoreAnswer): Uint8Array {
  const view = withHeader('score', scoreBytes);
  view.setUint32(8, samples, true);
  view.setUint32(12, correct, true);
  view.setFloat64(16, finite(loss, 'loss'), true);
  view.setFloat32(24, serverSeconds, true);
  view.setFloat32(28, waitSeconds, true);
  return new Uint8Array(view.buffer);
}

export function decodeScore(bytes: Uint8Array): ScoreAnswer {
  const view = viewOfType('score', bytes, scoreBytes);
  expectLength(bytes, scoreBytes);
  const samples = view.getUint32(8, true);
  return {
    samples,
    correct: requireCorrect(view.getUint32(12, true), samples),
    loss: amount(view.getFloat64(16, true), 'loss'),
    serverSeconds: amount(view.getFloat32(24, true), 'serverSeconds'),
    waitSeconds: amount(view.getFloat32(28, true), 'waitSeconds'),
  };
}

/** Logits always travel as plain float32. */
export function encodeLogits({ logits, shape, serverSeconds, waitSeconds, batch }: LogitsAnswer): Uint8Array {
  requireCount(logits, shape);
  const values = encodeFloats(logits);
  const batchAt = logitsHeader + values.length;
  const view = withHeader('logits', batchAt + (batch === undefined ? 0 : batchBytes));
  if (batch !== undefined) view.setUint32(batchAt, batch, true);
  view.setUint32(8, shape[0], true);
  view.setUint32(12, shape[1], true);
  view.setFloat32(16, serverSeconds, true);
  view.setFloat32(20, waitSeconds, true);
  const bytes = new Uint8Array(view.buffer);
  bytes.set(values, logitsHeader);
  return bytes;
}

export function decodeLogits(bytes: Uint8Array): LogitsAnswer {
  const view = viewOfType('logits', bytes, logitsHeader);
  const shape = [view.getUint32(8, true), view.getUint32(12, true)] as const;
  const batchAt = logitsHeader + 4 * countValues(shape);
  const inBatch = bytes.length > batchAt;
  expectLength(bytes, batchAt + (inBatch ? batchBytes : 0));
  const batch = inBatch ? requireBatch(view.getUint32(batchAt, true), shape[0]) : undefined;
  return {
    shape,
    ...(batch === undefined ? {} : { batch }),
    serverSeconds: amount(view.getFloat32(16, true), 'serverSeconds'),
    waitSeconds: amount(view.getFloat32(20, true), 'waitSeconds'),
    logits: decodeFloats(bytes.subarray(logitsHeader, batchAt)),
  };
}

function requireBatch(batch: number, samples: number): number {
  if (batch >= samples) return batch;
  throw malformed(`An answer to ${samples} samples was computed in a batch of ${batch}.`);
}

function requireCount(values: Float32Array, shape: readonly number[]): void {
  if (values.length === countValues(shape)) return;
  throw malformed(`A tensor of ${values.length} values does not have the shape [${shape.join(', ')}].`);
}

/** Both sides refuse a score that is no number: it only comes from a diverged training. */
function finite(value: number, path: string): number {
  if (Number.isFinite(value)) return value;
  throw new SluiceError(
    'codec-non-finite',
    `The ${path} of an answer is ${value}: the training has diverged. Lower the learning rate.`,
    { path },
  );
}

/** A loss or a time of the other side. */
function amount(value: number, path: string): number {
  if (finite(value, path) >= 0) return value;
  throw malformed(`The ${path} of an answer is ${value}, expected 0 or more.`);
}

function requireCorrect(correct: number, samples: number): number {
  if (correct <= samples) return correct;
  throw malformed(`An answer counts ${correct} correct predictions of ${samples} samples.`);
}
