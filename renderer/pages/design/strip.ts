import type { LayerDescription, Shape } from '../../../main/api.ts';

export interface Block {
  /** How it is drawn, and the word under it. */
  readonly kind: LayerDescription['kind'];
  readonly label: string;
  /** Why it cannot be cut inside; null where there is nothing to cut. */
  readonly uncut: string | null;
  /** `64 × 32×32`, or the nodes of a dense layer. */
  readonly maps: string;
  readonly size: string;
  readonly parameters: number;
  /** Shares of the largest block, on a logarithmic scale. */
  readonly height: number;
  readonly depth: number;
}

/** Layers as blocks to draw: as tall as their maps, as deep as there are many. */
export function blocksOf(layers: readonly LayerDescription[], input: Shape): Block[] {
  const shapes = [input, ...layers.map(({ output }) => output)];
  const side = (shape: Shape): number => Math.max(shape[0], shape[1]);
  const tallest = logarithm(Math.max(...shapes.map(side)));
  const deepest = logarithm(Math.max(...shapes.map((shape) => shape[2])));
  return layers.map(({ kind, label, output, parameters, inside }) => {
    return {
      kind,
      label,
      uncut: inside?.problem ?? null,
      maps: output[2].toLocaleString('en-US'),
      size: side(output) > 1 ? `${output[0]}×${output[1]}` : '',
      parameters,
      height: logarithm(side(output)) / tallest,
      depth: logarithm(output[2]) / deepest,
    };
  });
}

function logarithm(value: number): number {
  return 1 + Math.log2(Math.max(1, value));
}

/** Layers the client holds when the network is cut at a layer, and back: layers 0 and 1 are both the image. */
export function heldAt(layer: number): number {
  return Math.max(0, layer - 1);
}

export function layerAfter(held: number): number {
  return held === 0 ? 0 : held + 1;
}

/** The place between two columns that is nearest to an x, where the first column is the image's. */
export function nearestCut(x: number, columnWidth: number, last: number): number {
  return Math.min(last, Math.max(0, Math.round(x / columnWidth) - 1));
}

/** A shape in words: `128 maps of 8×8`, `256 nodes`. */
export function shapeWords([height, width, maps]: Shape): string {
  if (height === 1 && width === 1) return `${maps} ${maps === 1 ? 'value' : 'values'}`;
  return `${maps} ${maps === 1 ? 'map' : 'maps'} of ${height}×${width}`;
}
