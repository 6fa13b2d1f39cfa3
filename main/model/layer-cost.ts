import type { Cost, LayerKind, Link } from './entries/entry.ts';
import { strided } from './entries/window.ts';
import { insideOf, type Inside } from './graph.ts';
import { compressedShape, decompressedShape } from './shapes.ts';
import type { ModuleSpec, Shape } from './spec.ts';

/** One layer with the work of a forward pass. */
export interface LayerDescription extends Cost {
  readonly kind: LayerKind;
  /** The layer in words. */
  readonly label: string;
  readonly output: Shape;
  /** Where a block cannot be cut since more than one tensor crosses; null where there is nothing inside. */
  readonly inside: Inside | null;
}

/** An entry where it stands. */
export function describeLink(link: Link): LayerDescription {
  const { entry, type, place, output } = link;
  const { parameters, multiplyAdds } = type.cost(entry, place);
  return {
    kind: type.kind,
    label: type.label(entry, place),
    output,
    parameters,
    multiplyAdds,
    inside: insideOf(link),
  };
}

/** Compression module on maps of `input`; on an MLP's nodes it has no convolution. */
export function describeCompression(module: ModuleSpec, input: Shape, nodes: boolean): LayerDescription {
  const output = compressedShape(module, input);
  const [height, width, maps] = output;
  const weights = nodes ? 0 : (2 + module.resolution) ** 2 * input[2] * maps;
  return {
    kind: 'module',
    label: `compression: ${nodes ? '' : `${convLabel(module)}, `}BatchNorm, sigmoid, gate`,
    output,
    parameters: weights + (nodes ? 0 : maps) + norm(maps) + maps,
    multiplyAdds: weights * height * width,
    inside: null,
  };
}

/** Decompression module, back to the number of maps in `input` (the maps before compression). */
export function describeDecompression(module: ModuleSpec, input: Shape, nodes: boolean): LayerDescription {
  const [height, width, maps] = compressedShape(module, input);
  const output = decompressedShape(module, input);
  const weights = nodes ? 0 : (2 + module.resolution) ** 2 * maps * output[2];
  return {
    kind: 'module',
    label: `decompression: ${nodes ? '' : `transposed ${convLabel(module)}, `}BatchNorm, ReLU`,
    output,
    parameters: weights + (nodes ? 0 : output[2]) + norm(output[2]),
    multiplyAdds: weights * height * width,
    inside: null,
  };
}

function norm(maps: number): number {
  return 2 * maps;
}

function convLabel({ resolution }: ModuleSpec): string {
  return `conv ${2 + resolution}×${2 + resolution}${strided(resolution)}`;
}
