import { SluiceError } from '../errors.ts';
import type { Cut, Entry, ModuleSpec, NetworkSpec, PoolFlattenEntry, Shape } from './spec.ts';

/** Output size of a convolution or pooling window, rounded down as in PyTorch. */
function windowed(size: number, kernel: number, stride: number, pad: number): number {
  return Math.floor((size + 2 * pad - kernel) / stride) + 1;
}

/** The shape an entry makes of `input`. */
export function outputShape(entry: Entry, input: Shape): Shape {
  const [height, width, maps] = input;
  const slide = (kernel: number, stride: number, pad: number, filters: number): Shape => [
    windowed(height, kernel, stride, pad),
    windowed(width, kernel, stride, pad),
    filters,
  ];
  switch (entry.type) {
    case 'conv':
      return slide(entry.kernel, entry.stride, entry.pad, entry.filters);
    case 'maxPool':
      return slide(entry.size, entry.stride, entry.pad, maps);
    case 'residual':
      return slide(3, entry.stride, 1, entry.filters);
    case 'dense':
      return [1, 1, entry.units];
    case 'poolFlatten':
      return [1, 1, maps * entry.size * entry.size];
  }
}

/** Whether pooling makes maps larger, so that the dense layer after it does less work on the maps before (fold.ts). */
export function foldsPooling({ size }: PoolFlattenEntry, [height, width]: Shape): boolean {
  return height * width < size * size;
}

/** φ maps of the compressed feature: [h', w', φ̃/c]. With r = 1, as for the nodes of an MLP, the size stays. */
export function compressedShape({ resolution, features }: ModuleSpec, [height, width, maps]: Shape): Shape {
  const side = (size: number): number => windowed(size, 2 + resolution, resolution, resolution);
  return [side(height), side(width), Math.floor(maps / features)];
}

/** What decompression makes of a compressed feature; the size before compression wherever r divides evenly. */
export function decompressedShape(spec: ModuleSpec, input: Shape): Shape {
  const [height, width] = compressedShape(spec, input);
  return [restoredSide(spec, height), restoredSide(spec, width), input[2]];
}

/** Side of a map after the transposed convolution (kernel 2+r, stride r, pad r). */
export function restoredSide({ resolution }: ModuleSpec, side: number): number {
  return (side - 1) * resolution - 2 * resolution + 2 + resolution;
}

/** Number of body entries the client holds: "split at layer n" makes the module the n-th entry. */
export function clientEntries(network: NetworkSpec, cut: Cut): number {
  const held = Math.max(0, cut.layer - 1);
  if (!Number.isInteger(cut.layer) || cut.layer < 0 || held > network.body.length) {
    throw new SluiceError(
      'bad-split',
      `split.layer is ${cut.layer}: ${network.name} can be cut at layers 0 to ${network.body.length + 1}`,
      { path: 'split.layer' },
    );
  }
  return held;
}
