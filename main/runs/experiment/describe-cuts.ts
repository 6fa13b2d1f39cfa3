import { SluiceError } from '../../errors.ts';
import { describeCut } from '../../model/describe.ts';
import type { ModuleSpec, NetworkSpec, Shape } from '../../model/spec.ts';
import { totalBytes } from '../../offload/protocol/messages.ts';
import type { CodecSettings } from '../../training/controller.ts';
import type { Budget } from '../../records/column.ts';
import { featuresAt, type CutFeatures } from './features.ts';
import { stepSections } from './plan-traffic.ts';

/** Bytes at one budget, message headers left out. */
export interface SampleBytes {
  /** `null` is the full budget. */
  readonly budget: number | null;
  /** Bytes that one more sample adds to a step: its maps and label up, their gradient down. */
  readonly up: number;
  readonly down: number;
  /** Bytes up that every step adds, whatever its batch: mask values and the bits that say which maps these are. */
  readonly gate: number;
}

/** A place where the network can be cut. `sent` is [h, w, φ]; `problem` says why the module does not fit there. */
export type CutTraffic =
  | { readonly layer: number; readonly after: string; readonly sent: Shape; readonly traffic: readonly SampleBytes[] }
  | { readonly layer: number; readonly after: string; readonly problem: string };

/**
 * What crosses the network at every cut from the image to the end of the body, for each budget and at full budget,
 * which is what a budget of all of the cut's maps or more comes to. A plain split (`module: null`) knows the full budget alone.
 */
export function describeCuts(
  network: NetworkSpec,
  module: ModuleSpec | null,
  budgets: readonly number[],
  codecs: CodecSettings,
): CutTraffic[] {
  const layers = [0, ...network.body.map((_, i) => i + 2)];
  return layers.map((layer) => {
    const after =
      layer === 0 ? 'image' : (describeCut(network, { layer, module: null }).client.at(-1)?.label ?? 'image');
    try {
      const features = featuresAt(network, { layer, module });
      const { sent } = features;
      const fitting = module ? budgets.filter((budget) => budget < sent[2]) : [];
      return { layer, after, sent, traffic: [...fitting, null].map((budget) => traffic(features, budget, codecs)) };
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      return { layer, after, problem: error.message };
    }
  });
}

function traffic(features: CutFeatures, budget: Budget, codecs: CodecSettings): SampleBytes {
  const one = stepSections(features, 1, budget, codecs);
  const two = stepSections(features, 2, budget, codecs);
  const added = (direction: 'up' | 'down'): number => totalBytes(two[direction]) - totalBytes(one[direction]);
  return { budget, up: added('up'), down: added('down'), gate: one.up.gate };
}
