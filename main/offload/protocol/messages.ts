/**
 * The messages that carry tensors. Each encode function makes one complete message; each decode
 * function checks every length before it takes memory. Layouts: docs/protocol.md.
 */
export {
  decodeGradient,
  decodeLogits,
  decodeScore,
  encodeGradient,
  encodeLogits,
  encodeScore,
  gradientSections,
  logitsOverhead,
  scoreBytes,
} from './answers.ts';
export {
  decodeEvaluate,
  decodeInfer,
  decodeStep,
  encodeEvaluate,
  encodeInfer,
  encodeStep,
  imageBytesOf,
  inferOverhead,
  readExtent,
  requestSections,
} from './requests.ts';
export type { EvaluateRequest, Extent, Features, InferRequest, StepRequest } from './requests.ts';
export type { Score, ServerSeconds, StepAnswer } from './step-answer.ts';
export type { Selection } from './selection.ts';
export { totalBytes, type Sections } from './sections.ts';
