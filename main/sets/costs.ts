import { describeCut } from '../model/describe.ts';
import type { LayerDescription } from '../model/layer-cost.ts';
import type { Cut, NetworkSpec, Shape } from '../model/spec.ts';
import type { StateDict } from '../model/state.ts';
import { anyByImage, availableCodecs, codecChoice } from '../offload/codecs/table.ts';
import { requestSections, totalBytes } from '../offload/protocol/messages.ts';
import type { Budget } from '../records/column.ts';
import type { HalfCosts, PairTraffic } from './manifest.ts';
import type { PairWeights } from './prune-pair.ts';

const floatBytes = 4;

/** Work, weights and memory of both halves for one sample. Throws what describeCut throws. */
export function pairCosts(
  network: NetworkSpec,
  cut: Cut,
  weights: PairWeights,
): { readonly client: HalfCosts; readonly server: HalfCosts } {
  const { client, sent, server } = describeCut(network, cut);
  return {
    client: halfCosts(client, network.input, weights.client),
    server: halfCosts(server, sent, weights.server),
  };
}

/** Weights are counted as they are held, which is less than the network's own count where pooling is folded into one. */
function halfCosts(layers: readonly LayerDescription[], input: Shape, weights: StateDict): HalfCosts {
  const tensors = Object.entries(weights);
  const trained = tensors.filter(([name]) => !/\.(running_mean|running_var|num_batches_tracked)$/.test(name));
  // A layer's input lies beside its output.
  const sizes = [input, ...layers.map(({ output }) => output)].map(([height, width, maps]) => height * width * maps);
  const beside = Math.max(...sizes.map((size, i) => size + (sizes[i + 1] ?? 0)));
  return {
    multiplyAdds: layers.reduce((sum, layer) => sum + layer.multiplyAdds, 0),
    parameters: trained.reduce((sum, [, { data }]) => sum + data.length, 0),
    memoryBytes: tensors.reduce((sum, [, { data }]) => sum + data.byteLength, 0) + floatBytes * beside,
  };
}

/** What one sample sends with each codec this machine has, but for those that remember images, which are for training; `budget` is what the client half is asked for. */
export function pairTraffic(network: NetworkSpec, cut: Cut, budget: Budget): PairTraffic[] {
  const [height, width, total] = describeCut(network, cut).sent;
  const kept = budget ?? total;
  const extent = { shape: [1, height, width], total, kept, gated: budget !== null, classes: 0 } as const;
  const codecs = availableCodecs().filter((codec) => !anyByImage(codecChoice(codec)));
  return codecs.map((codec) => {
    const sections = requestSections(extent, codecChoice(codec));
    return {
      codec,
      up: totalBytes({ ...sections, header: 0 }),
      down: floatBytes * network.classes,
      exact: sections.exact,
    };
  });
}
