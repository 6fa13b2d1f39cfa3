import type { Selection } from '../offload/protocol/messages.ts';

export interface GateSettings {
  /** Constants of the gate's own loss (equation 1). */
  readonly delta: number;
  readonly epsilon: number;
  readonly lambda: number;
  /** m = f² in the published code, m = f in the paper. */
  readonly mask: 'squared' | 'linear';
  /** Whether maps that equal the budget's last one cross too, as in the published code, or the budget is exact. */
  readonly ties: 'keep' | 'cut';
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** m for every map, rounded to float32 at each step as PyTorch does: whether two maps tie depends on it. */
export function maskOf(gate: Float32Array, mask: GateSettings['mask']): Float32Array {
  return gate.map((value) => {
    const f = Math.fround(sigmoid(value));
    return mask === 'squared' ? f * f : f;
  });
}

/** Indices of the `budget` largest mask entries, ascending; `ties` says what becomes of equal ones. */
export function keepLargest(mask: Float32Array, budget: number, ties: GateSettings['ties']): number[] {
  const ranked = Array.from(mask.keys()).sort((a, b) => mask[b] - mask[a]);
  const last = mask[ranked[budget - 1]];
  const kept = ties === 'keep' ? ranked.filter((index) => mask[index] >= last) : ranked.slice(0, budget);
  return kept.sort((a, b) => a - b);
}

/** Which maps cross the network under a budget, and their mask values. */
export function selectMaps(
  gate: Float32Array,
  budget: number,
  { mask, ties }: Pick<GateSettings, 'mask' | 'ties'>,
): Selection {
  const values = maskOf(gate, mask);
  const kept = keepLargest(values, budget, ties);
  return { kept, mask: Float32Array.from(kept, (index) => values[index]) };
}

/**
 * pruneLoss = exp(δ(Σm − B)) + λ·exp(−δ(Σm − B)) (equation 1) and ε times its gradient by f̂. It depends on f̂
 * alone, so the client computes it and nothing of it crosses the network.
 */
export function pruneLoss(
  gate: Float32Array,
  budget: number,
  { delta, epsilon, lambda, mask }: GateSettings,
): { loss: number; gradient: Float32Array } {
  const excess = maskOf(gate, mask).reduce((sum, m) => sum + m, 0) - budget;
  const rising = Math.exp(delta * excess);
  const falling = lambda * Math.exp(-delta * excess);
  const slope = epsilon * delta * (rising - falling);
  const gradient = gate.map((value) => {
    const f = sigmoid(value);
    return slope * (mask === 'squared' ? 2 * f * f * (1 - f) : f * (1 - f));
  });
  return { loss: rising + falling, gradient };
}
