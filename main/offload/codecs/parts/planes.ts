import type { TensorShape } from '../codec.ts';
import { floatsAt, run } from './kernels.ts';

/** A tensor's maps as planes: a map has a value in each row. */
export interface Extents {
  readonly maps: number;
  readonly rows: number;
}

export function extentsOf([samples, height, width, maps]: TensorShape): Extents {
  return { maps, rows: samples * height * width };
}

/** Bytes of the values of a plane. */
export function planeBytes({ rows }: Extents): number {
  return 4 * rows;
}

/** Lays a tensor out as planes in the kernels' memory, which has room for its values and for them. */
export function layOut(
  values: Float32Array,
  { maps, rows }: Extents,
  at: { readonly values: number; readonly planes: number },
): void {
  floatsAt(at.values, values.length).set(values);
  run('toPlanes', { values: at.values, planes: at.planes, rows, maps });
}
