import { windowed } from './entries/window.ts';
import type { ModuleSpec, Shape } from './spec.ts';

/**
 * φ maps of the compressed feature, [h', w', φ̃/c], or as many as a module still holds. With r = 1, as for the nodes of an
 * MLP, the size stays.
 */
export function compressedShape(spec: ModuleSpec, [height, width, originals]: Shape): Shape {
  const { resolution, features, maps = Math.floor(originals / features) } = spec;
  const side = (size: number): number => windowed(size, 2 + resolution, resolution, resolution);
  return [side(height), side(width), maps];
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
