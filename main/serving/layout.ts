/** Maps one after the other, as others have them, and place by place, as Sluice does. */

/** [samples, maps, places] → [samples, places, maps]. */
export function channelsLast(values: Float32Array, samples: number, places: number): Float32Array {
  return transposed(values, samples, values.length / (samples * places), places);
}

/** [samples, places, maps] → [samples, maps, places]. */
export function channelsFirst(values: Float32Array, samples: number, places: number): Float32Array {
  return transposed(values, samples, places, values.length / (samples * places));
}

/** [samples, rows, columns] → [samples, columns, rows]. */
function transposed(values: Float32Array, samples: number, rows: number, columns: number): Float32Array {
  if (rows === 1 || columns === 1) return values;
  const turned = new Float32Array(values.length);
  for (let n = 0, from = 0; n < samples; n++) {
    for (let row = 0; row < rows; row++) {
      const at = n * rows * columns + row;
      for (let column = 0; column < columns; column++) turned[at + column * rows] = values[from++];
    }
  }
  return turned;
}
