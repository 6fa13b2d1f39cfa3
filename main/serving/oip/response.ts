import { encodeFloats } from '../../offload/codecs/float32.ts';
import type { Computed } from '../batcher.ts';
import type { ServedPair } from '../pairs.ts';
import { modelVersion, outputName } from './model.ts';
import type { InferCall } from './request.ts';

/** The body of an answer; `jsonBytes` is null where all of it is JSON. */
export interface InferResponse {
  readonly body: Uint8Array;
  readonly jsonBytes: number | null;
}

export function writeInfer(
  { id, binary, request }: InferCall,
  pair: ServedPair,
  { answer: logits, waitSeconds, serverSeconds, batch }: Computed<Float32Array>,
): InferResponse {
  const bytes = encodeFloats(logits);
  const output = {
    name: outputName,
    datatype: 'FP32',
    shape: [request.shape[0], pair.classes.length],
    ...(binary ? { parameters: { binary_data_size: bytes.length } } : { data: [...logits] }),
  };
  const json = new TextEncoder().encode(
    JSON.stringify({
      model_name: pair.name,
      model_version: modelVersion,
      ...(id === undefined ? {} : { id }),
      parameters: { wait_seconds: waitSeconds, compute_seconds: serverSeconds, batch_samples: batch },
      outputs: [output],
    }),
  );
  if (!binary) return { body: json, jsonBytes: null };
  const body = new Uint8Array(json.length + bytes.length);
  body.set(json);
  body.set(bytes, json.length);
  return { body, jsonBytes: json.length };
}
