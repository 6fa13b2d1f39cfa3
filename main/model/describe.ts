import { SluiceError } from '../errors.ts';
import { describeCompression, describeDecompression, describeEntry, type LayerDescription } from './layer-cost.ts';
import { clientEntries, foldsPooling } from './shapes.ts';
import type { Cut, Entry, ModuleSpec, NetworkSpec, Shape } from './spec.ts';

export interface CutDescription {
  readonly client: readonly LayerDescription[];
  /** What crosses the network at full budget: [h, w, φ]. */
  readonly sent: Shape;
  readonly server: readonly LayerDescription[];
}

/**
 * The layers of both halves with their modules. Throws a SluiceError naming the field when the network cannot be cut
 * there, the module does not fit, or the maps become too small for a layer.
 */
export function describeCut(network: NetworkSpec, cut: Cut): CutDescription {
  const held = clientEntries(network, cut);
  const client = describeEntries(network, network.body.slice(0, held), network.input);
  const before = client.at(-1)?.output ?? network.input;
  const rest = [...network.body.slice(held), ...network.head];
  if (!cut.module) return { client, sent: before, server: describeEntries(network, rest, before) };
  const nodes = network.body[held - 1]?.type === 'dense';
  checkModule(cut.module, before, nodes);
  const compression = describeCompression(cut.module, before, nodes);
  const decompression = describeDecompression(cut.module, before, nodes);
  checkSize(network, compression, before);
  checkSize(network, decompression, compression.output);
  return {
    client: [...client, compression],
    sent: compression.output,
    server: [decompression, ...describeEntries(network, rest, decompression.output)],
  };
}

/** The layers of the whole network, uncut. */
export function describeNetwork(network: NetworkSpec): readonly LayerDescription[] {
  return describeCut(network, { layer: 0, module: null }).server;
}

function describeEntries(network: NetworkSpec, entries: readonly Entry[], input: Shape): LayerDescription[] {
  let shape = input;
  let folded: number | undefined;
  return entries.map((entry) => {
    const layer = describeEntry(entry, shape, folded);
    checkSize(network, layer, shape);
    const folds = entry.type === 'poolFlatten' && foldsPooling(entry, shape);
    folded = folds ? shape[0] * shape[1] * shape[2] : undefined;
    shape = layer.output;
    return layer;
  });
}

function checkModule({ resolution, features }: ModuleSpec, [, , maps]: Shape, nodes: boolean): void {
  if (nodes && (resolution !== 1 || features !== 1)) {
    const [field, value] = resolution === 1 ? ['features', features] : ['resolution', resolution];
    throw new SluiceError(
      'bad-module',
      `split.module.${field} is ${value}: between dense layers the module has no convolution to shrink anything with, so it must be 1`,
      { path: `split.module.${field}` },
    );
  }
  if (maps % features !== 0) {
    throw new SluiceError(
      'bad-module',
      `split.module.features is ${features}: it must divide the ${maps} maps at this cut without remainder`,
      { path: 'split.module.features' },
    );
  }
}

function checkSize(network: NetworkSpec, { label, output: [height, width] }: LayerDescription, input: Shape): void {
  if (height >= 1 && width >= 1) return;
  const [inputHeight, inputWidth] = network.input;
  throw new SluiceError(
    'images-too-small',
    `model.name is ${network.name}, but images of ${inputHeight}×${inputWidth} leave nothing for "${label}", which gets maps of ` +
      `${input[0]}×${input[1]}: take larger images, a network with fewer poolings (cnn, resnet18), or a smaller resolution factor`,
    { path: 'model.name' },
  );
}
