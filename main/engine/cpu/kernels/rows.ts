import { add, floats, zero } from './memory';

/** Rows summed in float32 before the sum goes into a float64. */
const BLOCK: i32 = 256;

/** The sum of x [rows, maps] over its rows, which lie `stride` floats apart. `scratch`: 12 bytes a map. */
export function sumRows(x: usize, sums: usize, rows: i32, maps: i32, stride: i32, scratch: usize): void {
  const totals = scratch, block = scratch + (<usize>maps << 3);
  memory.fill(totals, 0, <usize>maps << 3);
  for (let from = 0; from < rows; from += BLOCK) {
    zero(block, maps);
    for (let row = from, end = min(rows, from + BLOCK); row < end; row++, x += floats(stride)) add(block, x, maps);
    for (let map = 0; map < maps; map++) {
      const at = totals + (<usize>map << 3);
      store<f64>(at, load<f64>(at) + <f64>load<f32>(block + floats(map)));
    }
  }
  for (let map = 0; map < maps; map++) {
    store<f32>(sums + floats(map), <f32>load<f64>(totals + (<usize>map << 3)));
  }
}

/** y[row, i] = x[row, kept[i]]; `kept` holds int32 indices. */
export function takeMaps(x: usize, y: usize, kept: usize, rows: i32, maps: i32, count: i32): void {
  for (let row = 0; row < rows; row++, x += floats(maps)) {
    for (let i = 0; i < count; i++, y += 4) store<f32>(y, load<f32>(x + floats(load<i32>(kept + floats(i)))));
  }
}

/** The adjoint of takeMaps: y[row, kept[i]] = x[row, i], zero elsewhere. */
export function spreadMaps(x: usize, y: usize, kept: usize, rows: i32, maps: i32, count: i32): void {
  for (let row = 0; row < rows; row++, y += floats(maps)) {
    zero(y, maps);
    for (let i = 0; i < count; i++, x += 4) store<f32>(y + floats(load<i32>(kept + floats(i))), load<f32>(x));
  }
}
