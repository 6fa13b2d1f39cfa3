import type { StepAnswer, StepRequest } from '../../offload/protocol/messages.ts';
import { crossEntropy } from '../../training/cross-entropy.ts';
import { columnsOf, places, samplesOf, scatterFeatures, unionOfMaps } from '../../training/joined-features.ts';

/** Batches of several sources as one; their gates may keep different maps. */
export function joinSteps(requests: readonly StepRequest[]): StepRequest {
  return {
    ...requests[0],
    ...scatterFeatures(requests),
    labels: Uint16Array.from(requests.flatMap(({ labels }) => [...labels])),
  };
}

/**
 * To each source what is its own of a joint step: loss and hits of its batch, and the gradient of its batch's mean loss
 * with respect to the maps it sent, as in a step of its own.
 */
export function splitAnswer(
  requests: readonly StepRequest[],
  joint: { readonly gradient: Float32Array; readonly logits: Float32Array },
): StepAnswer[] {
  const kept = unionOfMaps(requests);
  const all = samplesOf(requests);
  let sample = 0;
  return requests.map((request) => {
    const { labels, classes, shape } = request;
    const logits = joint.logits.subarray(sample * classes, (sample + shape[0]) * classes);
    const { loss, correct } = crossEntropy(logits, labels, classes);
    const start = sample * places(request) * kept.length;
    sample += shape[0];
    if (joint.gradient.length === 0) return { loss, correct, gradient: joint.gradient };
    const { columns, mask } = columnsOf(request, kept);
    const gradient = new Float32Array(request.maps.length);
    for (let to = 0, at = start; to < gradient.length; to += columns.length, at += kept.length) {
      for (let b = 0; b < columns.length; b++) {
        gradient[to + b] = joint.gradient[at + columns[b]] * mask[b] * (all / shape[0]);
      }
    }
    return { loss, correct, gradient };
  });
}
