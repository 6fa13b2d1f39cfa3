import { SluiceError } from '../errors.ts';
import { describeCut } from './describe.ts';
import type { ModuleSpec, NetworkSpec, Shape } from './spec.ts';

/** Bytes at one budget, message headers left out. */
export interface SampleBytes {
  /** `null` is the full budget. */
  readonly budget: number | null;
  /** Bytes of one training sample: its maps and label up, their gradient down. */
  readonly up: number;
  readonly down: number;
  /** Bytes up that every step adds, whatever its batch: mask values and the bits that say which maps these are. */
  readonly gate: number;
}

/** A place where the network can be cut. `sent` is [h, w, φ]; `problem` says why the module does not fit there. */
export type CutTraffic =
  | { readonly layer: number; readonly after: string; readonly sent: Shape; readonly traffic: readonly SampleBytes[] }
  | { readonly layer: number; readonly after: string; readonly problem: string };

/** Bytes of a value: float16 maps up in budgeted phases, float32 for everything else, as in the published deprune. */
const mapBytes = 2;
const floatBytes = 4;

/**
 * What crosses the network at every cut from the image to the end of the body, for each budget (those that exceed the
 * cut's maps are left out) and at full budget. A plain split (`module: null`) knows the full budget alone.
 */
export function describeCuts(
  network: NetworkSpec,
  module: ModuleSpec | null,
  budgets: readonly number[],
): CutTraffic[] {
  const layers = [0, ...network.body.map((_, i) => i + 2)];
  return layers.map((layer) => {
    const after =
      layer === 0 ? 'image' : (describeCut(network, { layer, module: null }).client.at(-1)?.label ?? 'image');
    try {
      const { client, sent } = describeCut(network, { layer, module });
      // A client without weights, as that of the bare image, is sent no gradient.
      const trains = client.some(({ parameters }) => parameters > 0);
      const fitting = module ? budgets.filter((budget) => budget <= sent[2]) : [];
      return {
        layer,
        after,
        sent,
        traffic: [...fitting, null].map((budget) => traffic(sent, network.classes, trains, budget)),
      };
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      return { layer, after, problem: error.message };
    }
  });
}

function traffic([height, width, maps]: Shape, classes: number, trains: boolean, budget: number | null): SampleBytes {
  const values = height * width * (budget ?? maps);
  const label = classes <= 256 ? 1 : 2;
  const down = trains ? values * floatBytes : 0;
  return budget === null
    ? { budget, up: values * floatBytes + label, down, gate: 0 }
    : { budget, up: values * mapBytes + label, down, gate: budget * floatBytes + Math.ceil(maps / 8) };
}
