import type { StepAnswer, StepRequest } from '../../offload/protocol/messages.ts';
import { crossEntropy } from '../../training/cross-entropy.ts';

/**
 * Batches of several sources as one. Their gates may keep different maps: the masked maps are scattered into the union
 * of all that are kept, and zero where a source sent none.
 */
export function joinSteps(requests: readonly StepRequest[]): StepRequest {
  const [first] = requests;
  const kept = unionOfMaps(requests);
  const maps = new Float32Array(samplesOf(requests) * places(first) * kept.length);
  let at = 0;
  for (const request of requests) {
    const { columns, mask } = columnsOf(request, kept);
    for (let from = 0; from < request.maps.length; from += columns.length, at += kept.length) {
      for (let b = 0; b < columns.length; b++) maps[at + columns[b]] = request.maps[from + b] * mask[b];
    }
  }
  return {
    ...first,
    shape: [samplesOf(requests), first.shape[1], first.shape[2]],
    maps,
    labels: Uint16Array.from(requests.flatMap(({ labels }) => [...labels])),
    selection: first.selection && { kept, mask: new Float32Array(kept.length).fill(1) },
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

function samplesOf(requests: readonly StepRequest[]): number {
  return requests.reduce((sum, { shape }) => sum + shape[0], 0);
}

function places({ shape: [, height, width] }: StepRequest): number {
  return height * width;
}

/** Kept maps of all requests, ascending; all maps where there is no selection. */
function unionOfMaps(requests: readonly StepRequest[]): number[] {
  const [{ selection, total }] = requests;
  if (!selection) return Array.from({ length: total }, (_, k) => k);
  return [...new Set(requests.flatMap((request) => request.selection?.kept ?? []))].sort((a, b) => a - b);
}

/** Where a request's maps lie in the union, and what they are multiplied with. */
function columnsOf(
  { selection, total }: StepRequest,
  kept: readonly number[],
): { columns: number[]; mask: Float32Array } {
  if (!selection) return { columns: [...kept], mask: new Float32Array(total).fill(1) };
  return { columns: selection.kept.map((k) => kept.indexOf(k)), mask: selection.mask };
}
