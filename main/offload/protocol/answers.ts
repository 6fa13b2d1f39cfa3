import { SluiceError } from '../../errors.ts';
import {
  codecIds,
  codecNamed,
  decodeTensor,
  encodedBytes,
  encodeTensor,
  isCompressed,
  type CodecName,
} from '../codecs/index.ts';
import { expectLength, malformed, viewOfType, withHeader } from './header.ts';
import { countValues, type Sections } from './sections.ts';
import type { Score, ServerSeconds, StepAnswer } from './step-answer.ts';

/** A step's answer as it lies on the wire. */
type GradientMessage = StepAnswer &
  ServerSeconds & {
    /** `kept` is 0 for a client without weights of its own, which needs no gradient. */
    readonly shape: readonly [samples: number, height: number, width: number, kept: number];
  };

/** Answer to an evaluation. */
export interface ScoreAnswer extends Score, ServerSeconds {
  readonly samples: number;
}

/** Answer to an inference: `[samples, classes]`. */
export interface LogitsAnswer extends ServerSeconds {
  readonly logits: Float32Array;
  readonly shape: readonly [samples: number, classes: number];
}

const gradientHeader = 40;
const scoreLength = 32;
const logitsHeader = 24;

const noBytes = new Uint8Array(0);

/** Sizes of a gradient answer for features of this shape. */
export function gradientSections(shape: GradientMessage['shape'], codec: CodecName): Sections {
  const maps = shape[3] === 0 ? 0 : encodedBytes(codec, countValues(shape), shape[3]);
  return { header: gradientHeader, gate: 0, labels: 0, maps };
}

export function encodeGradient(answer: GradientMessage, codec: CodecName): Uint8Array {
  const { gradient, shape } = answer;
  const maps = shape[3] === 0 ? noBytes : encodeValues(gradient, shape, codec);
  const view = withHeader('gradient', gradientHeader + maps.length);
  const [format, compression] = codecIds(codec);
  view.setUint8(8, format);
  view.setUint8(9, compression);
  view.setUint16(10, shape[3], true);
  view.setUint32(12, shape[0], true);
  view.setUint16(16, shape[1], true);
  view.setUint16(18, shape[2], true);
  view.setUint32(20, answer.correct, true);
  view.setFloat64(24, finite(answer.loss, 'loss'), true);
  view.setFloat32(32, answer.serverSeconds, true);
  view.setFloat32(36, answer.waitSeconds, true);
  const bytes = new Uint8Array(view.buffer);
  bytes.set(maps, gradientHeader);
  return bytes;
}

export function decodeGradient(bytes: Uint8Array): GradientMessage & { readonly codec: CodecName } {
  const view = viewOfType('gradient', bytes, gradientHeader);
  const codec = codecNamed(view.getUint8(8), view.getUint8(9));
  const kept = view.getUint16(10, true);
  const shape = [view.getUint32(12, true), view.getUint16(16, true), view.getUint16(18, true), kept] as const;
  const values = bytes.subarray(gradientHeader);
  const { maps } = gradientSections(shape, codec);
  if (kept === 0 || !isCompressed(codec)) expectLength(bytes, gradientHeader + maps);
  return {
    codec,
    shape,
    correct: requireCorrect(view.getUint32(20, true), shape[0]),
    loss: finite(view.getFloat64(24, true), 'loss'),
    serverSeconds: finite(view.getFloat32(32, true), 'serverSeconds'),
    waitSeconds: finite(view.getFloat32(36, true), 'waitSeconds'),
    gradient: kept === 0 ? new Float32Array(0) : decodeTensor(codec, values, kept, countValues(shape)),
  };
}

export function encodeScore({ samples, correct, loss, serverSeconds, waitSeconds }: ScoreAnswer): Uint8Array {
  const view = withHeader('score', scoreLength);
  view.setUint32(8, samples, true);
  view.setUint32(12, correct, true);
  view.setFloat64(16, finite(loss, 'loss'), true);
  view.setFloat32(24, serverSeconds, true);
  view.setFloat32(28, waitSeconds, true);
  return new Uint8Array(view.buffer);
}

export function decodeScore(bytes: Uint8Array): ScoreAnswer {
  const view = viewOfType('score', bytes, scoreLength);
  expectLength(bytes, scoreLength);
  const samples = view.getUint32(8, true);
  return {
    samples,
    correct: requireCorrect(view.getUint32(12, true), samples),
    loss: finite(view.getFloat64(16, true), 'loss'),
    serverSeconds: finite(view.getFloat32(24, true), 'serverSeconds'),
    waitSeconds: finite(view.getFloat32(28, true), 'waitSeconds'),
  };
}

/** Logits always travel as plain float32. */
export function encodeLogits({ logits, shape, serverSeconds, waitSeconds }: LogitsAnswer): Uint8Array {
  const values = encodeValues(logits, shape, 'float32');
  const view = withHeader('logits', logitsHeader + values.length);
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
  const count = countValues(shape);
  expectLength(bytes, logitsHeader + encodedBytes('float32', count, shape[1]));
  return {
    shape,
    serverSeconds: finite(view.getFloat32(16, true), 'serverSeconds'),
    waitSeconds: finite(view.getFloat32(20, true), 'waitSeconds'),
    logits: decodeTensor('float32', bytes.subarray(logitsHeader), shape[1], count),
  };
}

function encodeValues(values: Float32Array, shape: readonly number[], codec: CodecName): Uint8Array {
  if (values.length !== countValues(shape)) {
    throw malformed(`A tensor of ${values.length} values does not have the shape [${shape.join(', ')}].`);
  }
  return encodeTensor(codec, values, shape[shape.length - 1]);
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

function requireCorrect(correct: number, samples: number): number {
  if (correct <= samples) return correct;
  throw malformed(`An answer counts ${correct} correct predictions of ${samples} samples.`);
}
