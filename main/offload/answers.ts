import { SluiceError } from '../errors.ts';
import {
  codecIds,
  codecNamed,
  decodeTensor,
  encodedBytes,
  encodeTensor,
  isCompressed,
  type CodecName,
} from './codecs/index.ts';
import { expectLength, expectType, malformed, withHeader } from './header.ts';
import { countValues, type Sections } from './sections.ts';

/** Answer to a step: what the client half goes backward with. */
export interface GradientAnswer {
  readonly sequence: number;
  /** (∂L/∂l_d)_k · m_k, `[samples, height, width, kept maps]` in the order of the request. */
  readonly gradient: Float32Array;
  readonly shape: readonly [samples: number, height: number, width: number, kept: number];
  /** Mean cross-entropy of the batch. */
  readonly loss: number;
  readonly correct: number;
  /** Time spent computing, in seconds. */
  readonly serverSeconds: number;
}

/** Answer to an evaluation. */
export interface ScoreAnswer {
  readonly sequence: number;
  readonly samples: number;
  readonly loss: number;
  readonly correct: number;
  readonly serverSeconds: number;
}

/** Answer to an inference: `[samples, classes]`. */
export interface LogitsAnswer {
  readonly sequence: number;
  readonly logits: Float32Array;
  readonly shape: readonly [samples: number, classes: number];
  readonly serverSeconds: number;
}

const gradientHeader = 36;
const scoreLength = 28;
const logitsHeader = 20;

/** Sizes of a gradient answer for features of this shape. */
export function gradientSections(shape: GradientAnswer['shape'], codec: CodecName): Sections {
  return { header: gradientHeader, gate: 0, labels: 0, maps: encodedBytes(codec, countValues(shape), shape[3]) };
}

export function encodeGradient(answer: GradientAnswer, codec: CodecName): Uint8Array {
  const { gradient, shape } = answer;
  requireCount(gradient, shape);
  const maps = encodeTensor(codec, gradient, shape[3]);
  const view = withHeader('gradient', answer.sequence, gradientHeader + maps.length);
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
  const bytes = new Uint8Array(view.buffer);
  bytes.set(maps, gradientHeader);
  return bytes;
}

export function decodeGradient(bytes: Uint8Array): GradientAnswer & { readonly codec: CodecName } {
  const { view, sequence } = expectType(bytes, 'gradient', gradientHeader);
  const codec = codecNamed(view.getUint8(8), view.getUint8(9));
  const kept = view.getUint16(10, true);
  const shape = [view.getUint32(12, true), view.getUint16(16, true), view.getUint16(18, true), kept] as const;
  const count = countValues(shape);
  if (!isCompressed(codec)) expectLength(bytes, gradientHeader + encodedBytes(codec, count, kept));
  return {
    sequence,
    codec,
    shape,
    correct: requireCorrect(view.getUint32(20, true), shape[0]),
    loss: finite(view.getFloat64(24, true), 'loss'),
    serverSeconds: finite(view.getFloat32(32, true), 'serverSeconds'),
    gradient: decodeTensor(codec, bytes.subarray(gradientHeader), kept, count),
  };
}

export function encodeScore({ sequence, samples, correct, loss, serverSeconds }: ScoreAnswer): Uint8Array {
  const view = withHeader('score', sequence, scoreLength);
  view.setUint32(8, samples, true);
  view.setUint32(12, correct, true);
  view.setFloat64(16, finite(loss, 'loss'), true);
  view.setFloat32(24, serverSeconds, true);
  return new Uint8Array(view.buffer);
}

export function decodeScore(bytes: Uint8Array): ScoreAnswer {
  const { view, sequence } = expectType(bytes, 'score', scoreLength);
  expectLength(bytes, scoreLength);
  const samples = view.getUint32(8, true);
  return {
    sequence,
    samples,
    correct: requireCorrect(view.getUint32(12, true), samples),
    loss: finite(view.getFloat64(16, true), 'loss'),
    serverSeconds: finite(view.getFloat32(24, true), 'serverSeconds'),
  };
}

/** Logits always travel as plain float32. */
export function encodeLogits({ sequence, logits, shape, serverSeconds }: LogitsAnswer): Uint8Array {
  requireCount(logits, shape);
  const values = encodeTensor('float32', logits, shape[1]);
  const view = withHeader('logits', sequence, logitsHeader + values.length);
  view.setUint32(8, shape[0], true);
  view.setUint32(12, shape[1], true);
  view.setFloat32(16, serverSeconds, true);
  const bytes = new Uint8Array(view.buffer);
  bytes.set(values, logitsHeader);
  return bytes;
}

export function decodeLogits(bytes: Uint8Array): LogitsAnswer {
  const { view, sequence } = expectType(bytes, 'logits', logitsHeader);
  const shape = [view.getUint32(8, true), view.getUint32(12, true)] as const;
  const count = countValues(shape);
  expectLength(bytes, logitsHeader + encodedBytes('float32', count, shape[1]));
  return {
    sequence,
    shape,
    serverSeconds: finite(view.getFloat32(16, true), 'serverSeconds'),
    logits: decodeTensor('float32', bytes.subarray(logitsHeader), shape[1], count),
  };
}

function requireCount(values: Float32Array, shape: readonly number[]): void {
  if (values.length !== countValues(shape)) {
    throw malformed(`A tensor of ${values.length} values does not have the shape [${shape.join(', ')}].`);
  }
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
