import { SluiceError } from '../../errors.ts';
import { copyAs } from '../codecs/codec.ts';
import {
  codecIds,
  codecNamed,
  decodeTensor,
  encodedBytes,
  encodeTensor,
  isCompressed,
  type CodecName,
} from '../codecs/index.ts';
import { bitmask, keptMaps, requireSelection, type Selection } from './selection.ts';
import { expectLength, malformed, viewOfType, withHeader } from './header.ts';
import { countValues, totalBytes, type Sections } from './sections.ts';

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
}

/** Loss and hits of one batch, nothing learnt; answered by a score. */
export interface EvaluateRequest extends Features {
  readonly labels: Uint16Array;
  readonly classes: number;
}

type RequestType = 'step' | 'evaluate' | 'infer';

/** The three requests as they lie on the wire: what one does not have is empty or 0. */
interface Request extends StepRequest {
  readonly codec: CodecName;
  readonly answerCodec: CodecName;
}

const headerLength = 40;
const noStep = { step: 0, learningRate: 0, answerCodec: 'float32' } as const;

/** What a request says of its tensors, known before they are decoded. */
export interface Extent {
  readonly shape: Features['shape'];
  readonly total: number;
  readonly kept: number;
  readonly gated: boolean;
  /** 0 where no labels are sent. */
  readonly classes: number;
}

/** Sizes of a step's (`classes` > 0), evaluation's or inference's (`classes` = 0) request. */
export function requestSections({ shape, total, kept, gated, classes }: Extent, codec: CodecName): Sections {
  return {
    header: headerLength,
    gate: gated ? 4 * kept + Math.ceil(total / 8) : 0,
    labels: classes > 0 ? shape[0] * labelBytes(classes) : 0,
    maps: encodedBytes(codec, countValues([...shape, kept]), kept),
  };
}

/** `codec` is the number format of the maps, `answerCodec` that of the gradient to come back. */
export function encodeStep(request: StepRequest, codec: CodecName, answerCodec: CodecName): Uint8Array {
  return encodeRequest('step', { ...request, codec, answerCodec });
}

export function decodeStep(bytes: Uint8Array): Request {
  return decodeRequest('step', bytes);
}

export function encodeEvaluate(request: EvaluateRequest, codec: CodecName): Uint8Array {
  return encodeRequest('evaluate', { ...request, codec, ...noStep });
}

export function decodeEvaluate(bytes: Uint8Array): EvaluateRequest & { readonly codec: CodecName } {
  return decodeRequest('evaluate', bytes);
}

/** Answered by logits. */
export function encodeInfer(request: Features, codec: CodecName): Uint8Array {
  return encodeRequest('infer', { ...request, codec, ...noStep, labels: new Uint16Array(0), classes: 0 });
}

export function decodeInfer(bytes: Uint8Array): Features & { readonly codec: CodecName } {
  return decodeRequest('infer', bytes);
}

function labelBytes(classes: number): 1 | 2 {
  return classes <= 0x100 ? 1 : 2;
}

function extentOf({ shape, total, selection, classes }: Request): Extent {
  return { shape, total, kept: selection?.kept.length ?? total, gated: selection !== null, classes };
}

function encodeRequest(type: RequestType, request: Request): Uint8Array {
  const { shape, total, selection, labels, classes, codec, answerCodec } = request;
  const extent = extentOf(request);
  const sections = requestSections(extent, codec);
  requireConsistent(request, extent);
  const maps = encodeTensor(codec, request.maps, extent.kept);
  const view = withHeader(type, totalBytes({ ...sections, maps: maps.length }));
  [...codecIds(codec), ...codecIds(answerCodec)].forEach((id, i) => {
    view.setUint8(8 + i, id);
  });
  view.setUint32(12, shape[0], true);
  view.setUint16(16, shape[1], true);
  view.setUint16(18, shape[2], true);
  view.setUint16(20, total, true);
  view.setUint16(22, selection?.kept.length ?? 0, true);
  view.setUint32(24, classes, true);
  view.setUint32(28, request.step, true);
  view.setFloat64(32, request.learningRate, true);

  const bytes = new Uint8Array(view.buffer);
  let at = headerLength;
  const append = (part: Uint8Array): void => {
    bytes.set(part, at);
    at += part.length;
  };
  if (selection) append(new Uint8Array(selection.mask.slice().buffer));
  append(maps);
  if (selection) append(bitmask(selection.kept, total));
  append(labelBytes(classes) === 1 ? Uint8Array.from(labels) : new Uint8Array(labels.slice().buffer));
  return bytes;
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
  };
}

function decodeRequest(type: RequestType, bytes: Uint8Array): Request {
  const view = viewOfType(type, bytes, headerLength);
  const codec = codecNamed(view.getUint8(8), view.getUint8(9));
  if (type !== 'step') requireNoStep(view);
  const extent = readExtent(type, bytes);
  const sections = requestSections(extent, codec);
  const mapsLength = isCompressed(codec) ? bytes.length - totalBytes({ ...sections, maps: 0 }) : sections.maps;
  expectLength(bytes, totalBytes({ ...sections, maps: Math.max(mapsLength, 1) }));

  const { shape, total, kept, gated, classes } = extent;
  const mapsAt = headerLength + (gated ? 4 * kept : 0);
  const bitmaskAt = mapsAt + mapsLength;
  const labelsAt = bytes.length - sections.labels;
  const request: Request = {
    codec,
    answerCodec: codecNamed(view.getUint8(10), view.getUint8(11)),
    shape,
    total,
    classes,
    step: view.getUint32(28, true),
    learningRate: view.getFloat64(32, true),
    selection: gated
      ? {
          kept: keptMaps(bytes.subarray(bitmaskAt, labelsAt)),
          mask: copyAs(Float32Array, bytes.subarray(headerLength, mapsAt)),
        }
      : null,
    labels:
      labelBytes(classes) === 1
        ? Uint16Array.from(bytes.subarray(labelsAt))
        : copyAs(Uint16Array, bytes.subarray(labelsAt)),
    maps: decodeTensor(codec, bytes.subarray(mapsAt, bitmaskAt), kept, countValues([...shape, kept])),
  };
  requireConsistent(request, extent);
  return request;
}

/** What only a step has is 0 elsewhere: the gradient's number format, the step and its learning rate. */
function requireNoStep(view: DataView): void {
  if (view.getUint16(10, true) === 0 && view.getUint32(28, true) === 0 && view.getFloat64(32, true) === 0) return;
  throw malformed('A request that is no step has a step, a learning rate or a number format for a gradient.');
}

function requireConsistent(
  { maps, shape, total, selection, labels, classes, learningRate }: Request,
  { kept }: Extent,
): void {
  const count = countValues([...shape, kept]);
  if (maps.length !== count)
    throw malformed(`The maps hold ${maps.length} values, expected ${count} for [${[...shape, kept].join(', ')}].`);
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
  const wrong = labels.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new SluiceError('label-out-of-range', `Label ${wrong} is ${labels[wrong]}, expected less than ${classes}.`, {
      path: `labels[${wrong}]`,
    });
  }
}
