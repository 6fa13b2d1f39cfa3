import { buildLinks } from './chain.ts';
import { compressionModule, type CompressionModule } from './compression.ts';
import { decompressionModule, type DecompressionModule } from './decompression.ts';
import type { Layer } from './layers/layer.ts';
import { sequence } from './layers/sequence.ts';
import { clientPart, serverPart } from './parts.ts';
import type { Cut, NetworkSpec, Shape } from './spec.ts';

export interface ClientNetwork {
  readonly layers: Layer;
  /** Null in a plain split. */
  readonly module: CompressionModule | null;
  /** What crosses the network at full budget, [h, w, φ]. */
  readonly cutShape: Shape;
}

export interface ServerNetwork {
  readonly module: DecompressionModule | null;
  readonly layers: Layer;
  readonly cutShape: Shape;
}

export interface BuildOptions {
  readonly seed: number;
  /** Work on the map before adaptive pooling where that is the same function (see fold.ts). On unless said otherwise. */
  readonly fold?: boolean;
}

/** The client's half: the entries before the cut and the compression module, newly initialised. */
export function buildClient(network: NetworkSpec, cut: Cut, { seed, fold }: BuildOptions): ClientNetwork {
  const { chain, before, cutShape, moduleName } = clientPart(network, cut, fold);
  const layers = sequence(buildLinks(chain.links, chain.name, seed));
  if (!cut.module) return { layers, module: null, cutShape };
  const module = compressionModule({
    spec: cut.module,
    originals: before.input[2],
    maps: cutShape[2],
    nodes: before.nodes,
    name: moduleName,
    seed,
  });
  return { layers, module, cutShape };
}

/** The server's half: the decompression module, the entries after the cut and the head, newly initialised. */
export function buildServer(network: NetworkSpec, cut: Cut, { seed, fold }: BuildOptions): ServerNetwork {
  const { chains, before, cutShape, moduleName } = serverPart(network, cut, fold);
  const module =
    cut.module &&
    decompressionModule({
      spec: cut.module,
      originals: before.input[2],
      maps: cutShape[2],
      nodes: before.nodes,
      name: moduleName,
      seed,
    });
  const layers = sequence(chains.flatMap(({ links, name }) => buildLinks(links, name, seed)));
  return { module, layers, cutShape };
}
