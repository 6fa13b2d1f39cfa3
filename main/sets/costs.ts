import { describeCut } from '../model/describe.ts';
import type { LayerDescription } from '../model/layer-cost.ts';
import type { Cut, NetworkSpec, Shape } from '../model/spec.ts';
import { availableCodecs, codecChoice } from '../offload/codecs/table.ts';
import { requestSections, totalBytes } from '../offload/protocol/messages.ts';
import type { Budget } from '../records/column.ts';
import type { HalfCosts, PairTraffic } from './manifest.ts';

const floatBytes = 4;

/** Work, weights and memory of both halves for one sample. Throws what describeCut throws. */
export function pairCosts(network: NetworkSpec, cut: Cut): { readonly client: HalfCosts; readonly server: HalfCosts } {
  const { client, sent, server } = describeCut(network, cut);
  return { client: halfCosts(client, network.input), server: halfCosts(server, sent) };
}

function halfCosts(layers: readonly LayerDescription[], input: Shape): HalfCosts {
  const sum = (of: (layer: LayerDescription) => number): number =>
    layers.reduce((total, layer) => total + of(layer), 0);
  const parameters = sum((layer) => layer.parameters);
  // A layer's input lies beside its output.
  const sizes = [input, ...layers.map(({ output }) => output)].map(([height, width, maps]) => height * width * maps);
  const beside = Math.max(...sizes.map((size, i) => size + (sizes[i + 1] ?? 0)));
  return {
    multiplyAdds: sum((layer) => layer.multiplyAdds),
    parameters,
    memoryBytes: floatBytes * (parameters + beside),
  };
}

/** What one sample sends with each codec this machine has; `budget` is what the client half is asked for. */
export function pairTraffic(network: NetworkSpec, cut: Cut, budget: Budget): PairTraffic[] {
  const [height, width, total] = describeCut(network, cut).sent;
  const kept = budget ?? total;
  const extent = { shape: [1, height, width], total, kept, gated: budget !== null, classes: 0 } as const;
  return availableCodecs().map((codec) => {
    const sections = requestSections(extent, codecChoice(codec));
    return {
      codec,
      up: totalBytes({ ...sections, header: 0 }),
      down: floatBytes * network.classes,
      exact: sections.exact,
    };
  });
}
