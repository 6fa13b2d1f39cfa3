import { compressionModule, type CompressionModule } from './compression.ts';
import { decompressionModule, type DecompressionModule } from './decompression.ts';
import { dense } from './layers/dense.ts';
import { foldPooling } from './layers/fold.ts';
import type { Layer } from './layers/layer.ts';
import { maxPoolLayer } from './layers/max-pool.ts';
import { normConv } from './layers/norm-conv.ts';
import { poolFlatten, type MapSize } from './layers/pool-flatten.ts';
import { residual } from './layers/residual.ts';
import { sequence } from './layers/sequence.ts';
import { clientEntries, compressedShape, decompressedShape, foldsPooling, outputShape } from './shapes.ts';
import type { ConvEntry, Cut, DenseEntry, Entry, MaxPoolEntry, NetworkSpec, ResidualEntry, Shape } from './spec.ts';

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
  const built = buildEntries(entries, network.input, 'features', 0, options);
  if (!cut.module) return { layers: sequence(built.layers), module: null, cutShape: built.shape };
  const cutShape = compressedShape(cut.module, built.shape);
  const module = compressionModule({
    spec: cut.module,
    originals: built.shape[2],
    maps: cutShape[2],
    nodes: entries.at(-1)?.type === 'dense',
    name: `features.${built.index}`,
    seed: options.seed,
  });
  return { layers: sequence(built.layers), module, cutShape };
}

/** The server's half: the decompression module, the entries after the cut and the head, newly initialised. */
export function buildServer(network: NetworkSpec, cut: Cut, options: BuildOptions): ServerNetwork {
  const held = clientEntries(network, cut);
  const before = network.body.slice(0, held).reduce<Shape>((shape, entry) => outputShape(entry, shape), network.input);
  const cutShape = cut.module ? compressedShape(cut.module, before) : before;
  const module =
    cut.module &&
    decompressionModule({
      spec: cut.module,
      originals: before[2],
      maps: cutShape[2],
      nodes: network.body[held - 1]?.type === 'dense',
      name: 'features.0',
      seed: options.seed,
    });
  const input = cut.module ? decompressedShape(cut.module, before) : before;
  const body = buildEntries(network.body.slice(held), input, 'features', cut.module ? 1 : 0, options);
  const head = buildEntries(network.head, body.shape, 'classifier', 0, options);
  return { module, layers: sequence([...body.layers, ...head.layers]), cutShape };
}

interface Built {
  readonly layers: readonly Layer[];
  readonly shape: Shape;
  /** Index the next entry has in PyTorch's Sequential. */
  readonly index: number;
}

/** Pooling from `input` to size×size that the dense layer after it has in its weight. */
interface FoldedPooling {
  readonly input: MapSize;
  readonly size: number;
}

/** Builds entries in turn under the names their modules have in a PyTorch `Sequential` called `prefix`. */
function buildEntries(
  entries: readonly Entry[],
  input: Shape,
  prefix: string,
  first: number,
  options: BuildOptions,
): Built {
  const layers: Layer[] = [];
  let shape = input;
  let index = first;
  let pooling: FoldedPooling | null = null;
  for (const entry of entries) {
    const name = `${prefix}.${index}`;
    if (entry.type === 'dense') {
      layers.push(...denseLayers(entry, shape, pooling, name, options));
    } else if (entry.type === 'poolFlatten') {
      const [height, width] = shape;
      const folded = (options.fold ?? true) && foldsPooling(entry, shape);
      pooling = folded ? { input: [height, width], size: entry.size } : null;
      layers.push(poolFlatten([height, width], folded ? null : entry.size));
    } else {
      layers.push(mapLayer(entry, shape, name, `${prefix}.${index + 1}`, options.seed));
    }
    if (entry.type === 'dense') pooling = null;
    shape = outputShape(entry, shape);
    index += torchModules(entry);
  }
  return { layers, shape, index };
}

/** How many modules of a Sequential PyTorch uses for an entry; pooling and flattening stand outside it. */
function torchModules(entry: Entry): number {
  switch (entry.type) {
    case 'conv':
      return 3;
    case 'dense':
      return 1 + (entry.activation === 'relu' ? 1 : 0) + (entry.dropout ? 1 : 0);
    case 'poolFlatten':
      return 0;
    default:
      return 1;
  }
}

function mapLayer(
  entry: ConvEntry | MaxPoolEntry | ResidualEntry,
  [, , maps]: Shape,
  name: string,
  normName: string,
  seed: number,
): Layer {
  switch (entry.type) {
    case 'conv': {
      const { filters, kernel, stride, pad } = entry;
      const window = { stride, pad };
      return normConv({
        convName: name,
        normName,
        maps,
        filters,
        kernel,
        window,
        activation: 'relu',
        bias: true,
        seed,
      });
    }
    case 'maxPool':
      return maxPoolLayer(entry);
    case 'residual':
      return residual(entry, maps, name, seed);
  }
}

/** A dense layer on nodes, on maps (flattened as PyTorch does), or with the pooling before it folded in. */
function denseLayers(
  entry: DenseEntry,
  [height, width, maps]: Shape,
  pooling: FoldedPooling | null,
  name: string,
  { seed }: BuildOptions,
): Layer[] {
  if (pooling) {
    const { input, size } = pooling;
    const inputs = (maps / (size * size)) * input[0] * input[1];
    return [dense(entry, { name, inputs, seed, fold: foldPooling(input, size) })];
  }
  const layer = dense(entry, { name, inputs: height * width * maps, seed });
  return height * width > 1 ? [poolFlatten([height, width], null), layer] : [layer];
}
