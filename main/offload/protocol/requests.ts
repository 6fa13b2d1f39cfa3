import { SluiceError } from '../../errors.ts';
import { copyAs, mostBytes, type TensorShape } from '../codecs/codec.ts';
import type { Channel, SessionCodecs } from '../codecs/session-codecs.ts';
import { sizeOf, type CodecChoice } from '../codecs/table.ts';
import { bitmask, keptMaps, requireSelection, type Selection } from './selection.ts';
import { expectAtLeast, expectLength, malformed, viewOfType, withHeader } from './header.ts';
import { countValues, lengthBytes, totalBytes, type Sections } from './sections.ts';

/** The feature maps at the cut. */
export interface Features {
  /** `[samples, height, width, kept maps]`, packed: the maps that do not cross are left out, the mask is not applied. */
  readonly maps: Float32Array;
  readonly shape: readonly [samples: number, height: number, width: number];
  /** φ, the number of maps before masking. */
  readonly total: number;
  /** `null`: all φ maps cross unmasked (full budget, plain split). */
  readonly selection: Selection | null;
}

/** Train the server half on one batch; answered by a gradient. */
export interface StepRequest extends Features {
  /** Of the training, counted from 0; what is random in the server half is a function of the seed and this. */
  readonly step: number;
  readonly labels: Uint16Array;
  readonly classes: number;
  /** Of this step's update of the server half. */
  readonly learningRate: number;
  /** Sent where a codec of the step asks for it. */
  readonly images?: StepImages | undefined;
}

/** Which of a source's training images the samples are: numbers below `count`. */
export interface StepImages {
  readonly count: number;
  readonly indices: readonly number[];
}

/** Loss and hits of one batch, nothing learnt; answered by a score. */
export interface EvaluateRequest extends Features {
  readonly labels: Uint16Array;
  readonly classes: number;
}

/** Logits of one batch; answered by logits. */
export interface InferRequest extends Features {
  /** Milliseconds from its arrival in which its computation is to begin, or it is refused; 0: whenever. */
  readonly deadlineMs: number;
}

type RequestType = 'step' | 'evaluate' | 'infer';

/** Codecs of a step by their place in the session: of the maps, and of the gradient to come back. */
export interface StepCodecs {
  readonly codec: number;
  readonly answerCodec: number;
}

/** The three requests as they lie on the wire: what one does not have is empty or 0; where a step has its number, an inference has its deadline. */
export interface Request extends StepRequest, StepCodecs {}

const headerLength = 40;
/** Bytes of a request for inference besides the maps and their gate. */
export const inferOverhead = headerLength + lengthBytes;
const noStep = { step: 0, learningRate: 0, answerCodec: 0 } as const;

/** What a request says of its tensors, known before they are decoded. */
export interface Extent {
  readonly shape: Features['shape'];
  readonly total: number;
  readonly kept: number;
  readonly gated: boolean;
  /** 0 where no labels are sent. */
  readonly classes: number;
  /** Bytes that say which image a sample is, where a codec asks for it. */
  readonly imageBytes?: number;
}

/** Sizes of a step's (`classes` > 0), evaluation's or inference's (`classes` = 0) request. */
export function requestSections(extent: Extent, codec: CodecChoice): Sections {
  const size = sizeOf(codec, shapeOf(extent));
  return { ...overheadOf(extent), maps: mostBytes(size), exact: 'exact' in size };
}

function overheadOf({ shape, total, kept, gated, classes, imageBytes = 0 }: Extent): Omit<Sections, 'maps' | 'exact'> {
  return {
    header: headerLength + lengthBytes,
    gate: gated ? 4 * kept + Math.ceil(total / 8) : 0,
    labels: shape[0] * ((classes > 0 ? labelBytes(classes) : 0) + imageBytes),
  };
}

function shapeOf({ shape: [samples, height, width], kept }: Extent): TensorShape {
  return [samples, height, width, kept];
}

export function encodeStep(
  request: StepRequest,
  codecs: SessionCodecs,
  { codec, answerCodec }: StepCodecs,
): Uint8Array {
  const images = asksForImages(codecs, { codec, answerCodec }) ? request.images : undefined;
  return encodeRequest('step', { ...request, images, codec, answerCodec }, codecs.at(codec, 'up'));
}

export function decodeStep(bytes: Uint8Array, codecs: SessionCodecs): Request {
  return decodeRequest('step', bytes, (index) => codecs.at(index, 'up'));
}

/** Whether a codec of the step has to know which image each sample is. */
function asksForImages(codecs: SessionCodecs, { codec, answerCodec }: StepCodecs): boolean {
  return codecs.at(codec, 'up').byImage || codecs.at(answerCodec, 'down').byImage;
}

export function encodeEvaluate(request: EvaluateRequest, codecs: SessionCodecs, codec: number): Uint8Array {
  return encodeRequest('evaluate', { ...request, codec, ...noStep }, codecs.fresh(codec, 'up'));
}

export function decodeEvaluate(bytes: Uint8Array, codecs: SessionCodecs): EvaluateRequest {
  return decodeRequest('evaluate', bytes, (index) => codecs.fresh(index, 'up'));
}

/** A deadline is for a server that serves model sets: others refuse it. */
export function encodeInfer(
  { deadlineMs = 0, ...features }: Features & Partial<InferRequest>,
  codecs: SessionCodecs,
  codec: number,
): Uint8Array {
  if (!Number.isInteger(deadlineMs) || deadlineMs < 0 || deadlineMs > 0xffffffff)
    throw malformed(`A deadline is ${deadlineMs} ms, expected a whole number that fits into 32 bits.`);
  const whole = { ...features, codec, ...noStep, step: deadlineMs, labels: new Uint16Array(0), classes: 0 };
  return encodeRequest('infer', whole, codecs.fresh(codec, 'up'));
}

export function decodeInfer(bytes: Uint8Array, codecs: SessionCodecs): InferRequest {
  const { step, ...request } = decodeRequest('infer', bytes, (index) => codecs.fresh(index, 'up'));
  const { maps, shape, total, selection } = request;
  return { maps, shape, total, selection, deadlineMs: step };
}

/** Bytes of the number of one of so many images. */
export function imageBytesOf(count: number): 2 | 4 {
  return count <= 0x10000 ? 2 : 4;
}

function labelBytes(classes: number): 1 | 2 {
  return classes <= 0x100 ? 1 : 2;
}

function extentOf({ shape, total, selection, classes, images }: Request): Extent {
  const imageBytes = images ? imageBytesOf(images.count) : 0;
  return { shape, total, kept: selection?.kept.length ?? total, gated: selection !== null, classes, imageBytes };
}

function encodeRequest(type: RequestType, request: Request, channel: Channel): Uint8Array {
  const { selection, labels, classes, total, images } = request;
  const extent = extentOf(request);
  const shape = shapeOf(extent);
  requireMaps(request.maps, shape);
  requireConsistent(request, extent);
  const maps = channel.encode(request.maps, { shape, kept: selection?.kept ?? null, images: images?.indices });
  const view = withHeader(type, totalBytes({ ...overheadOf(extent), maps: maps.length }));
  writeFields(view, request);
  const bytes = new Uint8Array(view.buffer);
  let at = headerLength;
  const append = (part: Uint8Array): void => {
    bytes.set(part, at);
    at += part.length;
  };
  if (selection) append(new Uint8Array(selection.mask.slice().buffer));
  view.setUint32(at, maps.length, true);
  at += lengthBytes;
  append(maps);
  if (selection) append(bitmask(selection.kept, total));
  append(labelBytes(classes) === 1 ? Uint8Array.from(labels) : new Uint8Array(labels.slice().buffer));
  if (images) append(imageNumbers(images));
  return bytes;
}

function imageNumbers({ count, indices }: StepImages): Uint8Array {
  const numbers = imageBytesOf(count) === 2 ? Uint16Array.from(indices) : Uint32Array.from(indices);
  return new Uint8Array(numbers.buffer);
}

function writeFields(view: DataView, { codec, answerCodec, shape, total, selection, classes, ...step }: Request): void {
  view.setUint8(8, codec);
  view.setUint8(9, answerCodec);
  view.setUint8(10, step.images ? imageBytesOf(step.images.count) : 0);
  view.setUint32(12, shape[0], true);
  view.setUint16(16, shape[1], true);
  view.setUint16(18, shape[2], true);
  view.setUint16(20, total, true);
  view.setUint16(22, selection?.kept.length ?? 0, true);
  view.setUint32(24, classes, true);
  view.setUint32(28, step.step, true);
  view.setFloat64(32, step.learningRate, true);
}

/** The sizes a request announces; takes no memory for them. */
export function readExtent(type: RequestType, bytes: Uint8Array): Extent {
  const view = viewOfType(type, bytes, headerLength);
  const classes = view.getUint32(24, true);
  if (type === 'infer' ? classes !== 0 : classes === 0 || classes > 0x10000)
    throw malformed(`A request names ${classes} classes.`);
  return {
    shape: [view.getUint32(12, true), view.getUint16(16, true), view.getUint16(18, true)],
    total: view.getUint16(20, true),
    kept: view.getUint16(22, true) || view.getUint16(20, true),
    gated: view.getUint16(22, true) > 0,
    classes,
    imageBytes: view.getUint8(10),
  };
}

function decodeRequest(type: RequestType, bytes: Uint8Array, channelAt: (index: number) => Channel): Request {
  const view = viewOfType(type, bytes, headerLength);
  const channel = channelAt(view.getUint8(8));
  if (view.getUint8(11) !== 0) throw malformed('Byte 11 of a request is not 0.');
  if (type !== 'step') requireNoStep(view, type);
  const extent = readExtent(type, bytes);
  const shape = shapeOf(extent);
  countValues(shape);

  const { total, kept, gated, classes, imageBytes } = extent;
  if (imageBytes !== 0 && imageBytes !== 2 && imageBytes !== 4)
    throw malformed(`The number of an image takes ${imageBytes} bytes, expected 0, 2 or 4.`);
  const lengthAt = headerLength + (gated ? 4 * kept : 0);
  const mapsAt = lengthAt + lengthBytes;
  expectAtLeast(bytes, mapsAt);
  const bitmaskAt = mapsAt + view.getUint32(lengthAt, true);
  expectLength(bytes, totalBytes({ ...overheadOf(extent), maps: bitmaskAt - mapsAt }));
  channel.requireSize(shape, bitmaskAt - mapsAt);
  const labelsAt = bitmaskAt + (gated ? Math.ceil(total / 8) : 0);
  const selection = gated
    ? {
        kept: keptMaps(bytes.subarray(bitmaskAt, labelsAt)),
        mask: copyAs(Float32Array, bytes.subarray(headerLength, lengthAt)),
      }
    : null;
  const imagesAt = bytes.length - shape[0] * imageBytes;
  const request: Omit<Request, 'maps'> = {
    codec: view.getUint8(8),
    answerCodec: view.getUint8(9),
    shape: extent.shape,
    total,
    classes,
    step: view.getUint32(28, true),
    learningRate: view.getFloat64(32, true),
    selection,
    labels:
      labelBytes(classes) === 1
        ? Uint16Array.from(bytes.subarray(labelsAt, imagesAt))
        : copyAs(Uint16Array, bytes.subarray(labelsAt, imagesAt)),
    images: imageBytes === 0 ? undefined : imagesIn(bytes.subarray(imagesAt), imageBytes),
  };
  // The codec comes last: it may remember what it sees, and is to see sound messages alone.
  requireConsistent(request, extent);
  const maps = channel.decode(bytes.subarray(mapsAt, bitmaskAt), {
    shape,
    kept: selection?.kept ?? null,
    images: request.images?.indices,
  });
  return { ...request, maps };
}

function imagesIn(bytes: Uint8Array, each: 2 | 4): StepImages {
  const numbers = each === 2 ? copyAs(Uint16Array, bytes) : copyAs(Uint32Array, bytes);
  return { count: 2 ** (8 * each), indices: [...numbers] };
}

/** What only a step has is 0 elsewhere: the gradient's codec, images, the step (an inference has its deadline there) and its learning rate. */
function requireNoStep(view: DataView, type: RequestType): void {
  const number = type === 'infer' ? 0 : view.getUint32(28, true);
  if (view.getUint16(9, true) === 0 && number === 0 && view.getFloat64(32, true) === 0) return;
  throw malformed('A request that is no step has a step, a learning rate or a codec for a gradient.');
}

function requireMaps(maps: Float32Array, shape: TensorShape): void {
  const count = countValues(shape);
  if (maps.length !== count)
    throw malformed(`The maps hold ${maps.length} values, expected ${count} for [${shape.join(', ')}].`);
}

function requireConsistent(
  { shape, total, selection, labels, classes, learningRate, images }: Omit<Request, 'maps'>,
  { kept }: Extent,
): void {
  if (shape[0] > 0xffffffff || Math.max(shape[1], shape[2], total) > 0xffff) {
    throw malformed(
      `Features of [${[...shape, total].join(', ')}] are too large: height, width and maps end at 65535.`,
    );
  }
  if (!Number.isFinite(learningRate) || learningRate < 0) throw malformed(`The learning rate is ${learningRate}.`);
  if (selection) requireSelection(selection, total);
  else if (kept !== total) throw malformed(`${kept} of ${total} maps are sent without saying which.`);
  if (labels.length !== (classes > 0 ? shape[0] : 0))
    throw malformed(`There are ${labels.length} labels for ${shape[0]} samples.`);
  if (images && (images.indices.length !== shape[0] || images.indices.some((index) => index >= images.count)))
    throw malformed(`The images of ${shape[0]} samples are not as many numbers below ${images.count}.`);
  const wrong = labels.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new SluiceError('label-out-of-range', `Label ${wrong} is ${labels[wrong]}, expected less than ${classes}.`, {
      path: `labels[${wrong}]`,
    });
  }
}
