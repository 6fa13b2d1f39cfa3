import { SluiceError } from '../errors.ts';
import { endOf, follow } from './chain.ts';
import { clientEntries } from './cut.ts';
import type { Link, Start } from './entries/entry.ts';
import { describeCompression, describeDecompression, describeLink, type LayerDescription } from './layer-cost.ts';
import { parseNetwork } from './network.ts';
import type { Cut, ModuleSpec, NetworkSpec, Shape } from './spec.ts';

export interface CutDescription {
  readonly client: readonly LayerDescription[];
  /** What crosses the network at full budget: [h, w, φ]. */
  readonly sent: Shape;
  readonly server: readonly LayerDescription[];
}

/**
 * The layers of both halves with their modules. Throws a SluiceError naming the field when the network is not one, when
 * it cannot be cut there, the module does not fit, or the maps become too small for a layer.
 */
export function describeCut(given: NetworkSpec, cut: Cut): CutDescription {
  const network = parseNetwork(given);
  const held = clientEntries(network, cut);
  const start: Start = { input: network.input, nodes: false, fold: true };
  const front = follow(network.body.slice(0, held), start);
  const client = describeLinks(network, front);
  const before = endOf(front, start);
  const back = (from: Start): LayerDescription[] => {
    const body = follow(network.body.slice(held), from);
    const head = follow(network.head, endOf(body, from));
    return describeLinks(network, [...body, ...head]);
  };
  if (!cut.module) return { client, sent: before.input, server: back(before) };
  checkModule(cut.module, before);
  const compression = describeCompression(cut.module, before.input, before.nodes);
  const decompression = describeDecompression(cut.module, before.input, before.nodes);
  checkSize(network, compression, before.input);
  checkSize(network, decompression, compression.output);
  return {
    client: [...client, compression],
    sent: compression.output,
    server: [decompression, ...back({ ...before, input: decompression.output })],
  };
}

/** The layers of the whole network, uncut. */
export function describeNetwork(network: NetworkSpec): readonly LayerDescription[] {
  return describeCut(network, { layer: 0, module: null }).server;
}

function describeLinks(network: NetworkSpec, links: readonly Link[]): LayerDescription[] {
  return links.map((link) => {
    const layer = describeLink(link);
    checkSize(network, layer, link.place.input);
    return layer;
  });
}

function checkModule({ resolution, features, maps }: ModuleSpec, { input: [, , originals], nodes }: Start): void {
  if (nodes && (resolution !== 1 || features !== 1)) {
    const [field, value] = resolution === 1 ? ['features', features] : ['resolution', resolution];
    throw new SluiceError(
      'bad-module',
      `split.module.${field} is ${value}: between dense layers the module has no convolution to shrink anything with, so it must be 1`,
      { path: `split.module.${field}` },
    );
  }
  if (originals % features !== 0) {
    throw new SluiceError(
      'bad-module',
      `split.module.features is ${features}: it must divide the ${originals} maps at this cut without remainder`,
      { path: 'split.module.features' },
    );
  }
  if (maps === undefined) return;
  const all = originals / features;
  if (!nodes && Number.isInteger(maps) && maps >= 1 && maps <= all) return;
  const expected = nodes
    ? 'no nodes can be taken out of an MLP'
    : `expected a whole number from 1 to ${all}, all there are`;
  throw new SluiceError('bad-module', `split.module.maps is ${maps}: ${expected}`, { path: 'split.module.maps' });
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
