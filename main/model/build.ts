import { buildLinks, endOf, follow, torchModules } from './chain.ts';
import { compressionModule, type CompressionModule } from './compression.ts';
import { clientEntries } from './cut.ts';
import { decompressionModule, type DecompressionModule } from './decompression.ts';
import type { Start } from './entries/entry.ts';
import type { Layer } from './layers/layer.ts';
import { sequence } from './layers/sequence.ts';
import { compressedShape, decompressedShape } from './shapes.ts';
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
export function buildClient(network: NetworkSpec, cut: Cut, options: BuildOptions): ClientNetwork {
  const entries = network.body.slice(0, clientEntries(network, cut));
  const start = startOf(network, options);
  const links = follow(entries, start);
  const { input: before, nodes } = endOf(links, start);
  const layers = sequence(buildLinks(links, (module) => `features.${module}`, options.seed));
  if (!cut.module) return { layers, module: null, cutShape: before };
  const cutShape = compressedShape(cut.module, before);
  const module = compressionModule({
    spec: cut.module,
    originals: before[2],
    maps: cutShape[2],
    nodes,
    name: `features.${torchModules(entries)}`,
    seed: options.seed,
  });
  return { layers, module, cutShape };
}

/** The server's half: the decompression module, the entries after the cut and the head, newly initialised. */
export function buildServer(network: NetworkSpec, cut: Cut, options: BuildOptions): ServerNetwork {
  const held = clientEntries(network, cut);
  const start = startOf(network, options);
  const before = endOf(follow(network.body.slice(0, held), start), start);
  const cutShape = cut.module ? compressedShape(cut.module, before.input) : before.input;
  const module =
    cut.module &&
    decompressionModule({
      spec: cut.module,
      originals: before.input[2],
      maps: cutShape[2],
      nodes: before.nodes,
      name: 'features.0',
      seed: options.seed,
    });
  const from = cut.module ? { ...before, input: decompressedShape(cut.module, before.input) } : before;
  const body = follow(network.body.slice(held), from);
  const head = follow(network.head, endOf(body, from));
  const first = cut.module ? 1 : 0;
  const layers = sequence([
    ...buildLinks(body, (module) => `features.${first + module}`, options.seed),
    ...buildLinks(head, (module) => `classifier.${module}`, options.seed),
  ]);
  return { module, layers, cutShape };
}

function startOf({ input }: NetworkSpec, { fold = true }: BuildOptions): Start {
  return { input, nodes: false, fold };
}
