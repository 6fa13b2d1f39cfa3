import type { TensorShape } from '../codec.ts';

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
