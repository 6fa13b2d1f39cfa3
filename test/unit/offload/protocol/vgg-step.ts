import type { StepRequest } from '../../../../main/offload/protocol/messages.ts';

/** VGG11 on CIFAR-10 cut at layer 5, batch 16. */
export function vggStep(kept: number): StepRequest {
  return {
    step: 7,
    shape: [16, 8, 8],
    total: 128,
    maps: Float32Array.from({ length: 16 * 64 * kept }, (_, i) => (i % 97) / 97),
    selection:
      kept === 128
        ? null
        : { kept: Array.from({ length: kept }, (_, k) => 3 * k + 1), mask: new Float32Array(kept).fill(0.5) },
    labels: Uint16Array.from({ length: 16 }, (_, i) => i % 10),
    classes: 10,
    learningRate: 0.01,
  };
}
