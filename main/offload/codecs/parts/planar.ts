/** Rows that are moved together: map after map they stay in the nearest cache. */
const tile = 32;

function bitsOf(values: Float32Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length);
}

/** A tensor's values map after map, each row by row: value i of map k at `k · rows + i`. */
export function planar(values: Float32Array, maps: number): Float32Array {
  const rows = values.length / maps;
  const moved = new Float32Array(values.length);
  const [from, to] = [bitsOf(values), bitsOf(moved)];
  for (let first = 0; first < rows; first += tile) {
    const end = Math.min(rows, first + tile);
    for (let k = 0; k < maps; k++) {
      for (let r = k * rows + first, i = first * maps + k; r < k * rows + end; r++, i += maps) to[r] = from[i];
    }
  }
  return moved;
}

/** Values that are map after map as a tensor has them. */
export function interleaved(values: Float32Array, maps: number): Float32Array {
  const rows = values.length / maps;
  const moved = new Float32Array(values.length);
  const [from, to] = [bitsOf(values), bitsOf(moved)];
  for (let first = 0; first < rows; first += tile) {
    const end = Math.min(rows, first + tile);
    for (let k = 0; k < maps; k++) {
      for (let r = k * rows + first, i = first * maps + k; r < k * rows + end; r++, i += maps) to[i] = from[r];
    }
  }
  return moved;
}
