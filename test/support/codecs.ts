import { openCodecs } from '../../main/offload/codecs/session-codecs.ts';
import {
  availableCodecs,
  codecChoice,
  codecNamed,
  type CodecChoice,
  type CodecName,
} from '../../main/offload/codecs/table.ts';
import {
  decodeGradient,
  encodeEvaluate,
  encodeInfer,
  encodeStep,
  type EvaluateRequest,
  type Features,
  type InferRequest,
  type StepRequest,
} from '../../main/offload/protocol/messages.ts';

/** Every codec that this machine can do and that knows no images, without parameters. */
export const imagelessCodecs: CodecChoice[] = availableCodecs()
  .filter((name) => !codecNamed(name).byImage)
  .map((name) => codecChoice(name));

/** One end of a session that announces them. */
export const openedCodecs = openCodecs(imagelessCodecs, 1);

/** The place of a codec among these. */
export function placeOf(name: CodecName): number {
  return imagelessCodecs.findIndex((choice) => choice.name === name);
}

/** Messages with the maps, and the gradient to come back, in these codecs. */
export function stepIn(up: CodecName, down: CodecName, request: StepRequest): Uint8Array {
  return encodeStep(request, openedCodecs, { codec: placeOf(up), answerCodec: placeOf(down) });
}

export function evaluateIn(up: CodecName, request: EvaluateRequest): Uint8Array {
  return encodeEvaluate(request, openedCodecs, placeOf(up));
}

export function inferIn(up: CodecName, request: Features & Partial<InferRequest>): Uint8Array {
  return encodeInfer(request, openedCodecs, placeOf(up));
}

/** The answer to a step that asked for its gradient in this codec. */
export function gradientIn(
  down: CodecName,
  bytes: Uint8Array,
  asked: Pick<StepRequest, 'selection' | 'shape' | 'total'> & { readonly wantsGradient?: boolean },
) {
  return decodeGradient(bytes, openedCodecs, { wantsGradient: true, ...asked, answerCodec: placeOf(down) });
}
