import { compressedShape, decompressedShape, outputShape } from './shapes.ts';
import type { ConvEntry, DenseEntry, Entry, ModuleSpec, ResidualEntry, Shape } from './spec.ts';

/** One layer with the work of a forward pass. */
export interface LayerDescription {
  readonly label: string;
  readonly output: Shape;
  /** Trainable values, as PyTorch counts them. */
  readonly parameters: number;
  /** Multiply-adds of convolutions and matrix products for one sample; the rest is under 1 % and not counted. */
  readonly multiplyAdds: number;
}

/**
 * An entry on maps of `input`. Where the pooling before a dense layer is folded into it (fold.ts), `worked` is the
 * number of values before pooling, which is what it multiplies.
 */
export function describeEntry(entry: Entry, input: Shape, worked?: number): LayerDescription {
  const output = outputShape(entry, input);
  switch (entry.type) {
    case 'conv':
      return convolution(entry, input, output);
    case 'residual':
      return residual(entry, input, output);
    case 'maxPool':
      return free(`max pool ${entry.size}×${entry.size}${strided(entry.stride)}`, output);
    case 'poolFlatten':
      return free(`average pool to ${entry.size}×${entry.size}, flatten`, output);
    case 'dense':
      return dense(entry, input, output, worked);
  }
}

function convolution({ kernel, stride }: ConvEntry, [, , maps]: Shape, output: Shape): LayerDescription {
  const [height, width, filters] = output;
  const weights = kernel ** 2 * maps * filters;
  return {
    label: `conv ${kernel}×${kernel}${strided(stride)}, BatchNorm, ReLU`,
    output,
    parameters: weights + filters + norm(filters),
    multiplyAdds: weights * height * width,
  };
}

function residual({ stride }: ResidualEntry, [, , maps]: Shape, output: Shape): LayerDescription {
  const [height, width, filters] = output;
  const shortcut = stride > 1 || maps !== filters;
  const weights = 9 * (maps + filters) * filters + (shortcut ? maps * filters : 0);
  return {
    label: `residual block${strided(stride)}`,
    output,
    parameters: weights + (shortcut ? 3 : 2) * norm(filters),
    multiplyAdds: weights * height * width,
  };
}

function dense(entry: DenseEntry, [height, width, maps]: Shape, output: Shape, worked?: number): LayerDescription {
  const inputs = height * width * maps;
  const activation = entry.activation === 'relu' ? ', ReLU' : '';
  const dropout = entry.dropout === undefined ? '' : `, dropout ${entry.dropout}`;
  const folded = worked === undefined ? '' : ` (${inputs} inputs folded to ${worked})`;
  return {
    label: `dense${activation}${dropout}${folded}`,
    output,
    parameters: (inputs + 1) * entry.units,
    multiplyAdds: (worked ?? inputs) * entry.units,
  };
}

/** Compression module on maps of `input`; on an MLP's nodes it has no convolution. */
export function describeCompression(module: ModuleSpec, input: Shape, nodes: boolean): LayerDescription {
  const output = compressedShape(module, input);
  const [height, width, maps] = output;
  const weights = nodes ? 0 : (2 + module.resolution) ** 2 * input[2] * maps;
  return {
    label: `compression: ${nodes ? '' : `${convLabel(module)}, `}BatchNorm, sigmoid, gate`,
    output,
    parameters: weights + (nodes ? 0 : maps) + norm(maps) + maps,
    multiplyAdds: weights * height * width,
  };
}

/** Decompression module, back to the number of maps in `input` (the maps before compression). */
export function describeDecompression(module: ModuleSpec, input: Shape, nodes: boolean): LayerDescription {
  const [height, width, maps] = compressedShape(module, input);
  const output = decompressedShape(module, input);
  const weights = nodes ? 0 : (2 + module.resolution) ** 2 * maps * output[2];
  return {
    label: `decompression: ${nodes ? '' : `transposed ${convLabel(module)}, `}BatchNorm, ReLU`,
    output,
    parameters: weights + (nodes ? 0 : output[2]) + norm(output[2]),
    multiplyAdds: weights * height * width,
  };
}

function free(label: string, output: Shape): LayerDescription {
  return { label, output, parameters: 0, multiplyAdds: 0 };
}

function norm(maps: number): number {
  return 2 * maps;
}

function strided(stride: number): string {
  return stride > 1 ? `, stride ${stride}` : '';
}

function convLabel({ resolution }: ModuleSpec): string {
  return `conv ${2 + resolution}×${2 + resolution}${strided(resolution)}`;
}
