/** Rows that are moved together: map after map they stay in the nearest cache. */
const tile = 64;

/** Four vectors become their columns. */
@inline
function transpose(from: usize, fromStride: usize, to: usize, toStride: usize): void {
  const a = v128.load(from), b = v128.load(from + fromStride);
  const c = v128.load(from + 2 * fromStride), d = v128.load(from + 3 * fromStride);
  const lowAb = v128.shuffle<i32>(a, b, 0, 4, 1, 5), highAb = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const lowCd = v128.shuffle<i32>(c, d, 0, 4, 1, 5), highCd = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(lowAb, lowCd, 0, 2));
  v128.store(to + toStride, v128.shuffle<i64>(lowAb, lowCd, 1, 3));
  v128.store(to + 2 * toStride, v128.shuffle<i64>(highAb, highCd, 0, 2));
  v128.store(to + 3 * toStride, v128.shuffle<i64>(highAb, highCd, 1, 3));
}

/** Moves numbers of four bytes: entry [r, k] of [rows, columns] to [k, r] of [columns, rows], for rows from `first` to `end`. */
@inline
function moveRows(from: usize, to: usize, rows: i32, columns: i32, first: i32, end: i32): void {
  const row = (<usize>columns) << 2, column = (<usize>rows) << 2;
  const whole = columns & ~3;
  let r = first;
  for (; r + 4 <= end; r += 4) {
    const source = from + <usize>r * row, target = to + ((<usize>r) << 2);
    for (let k = 0; k < whole; k += 4) {
      transpose(source + ((<usize>k) << 2), row, target + <usize>k * column, column);
    }
    for (let k = whole; k < columns; k++) {
      for (let i: usize = 0; i < 4; i++) {
        store<u32>(target + <usize>k * column + (i << 2), load<u32>(source + i * row + ((<usize>k) << 2)));
      }
    }
  }
  for (; r < end; r++) {
    for (let k = 0; k < columns; k++) {
      store<u32>(to + <usize>k * column + ((<usize>r) << 2), load<u32>(from + <usize>r * row + ((<usize>k) << 2)));
    }
  }
}

/** Values [rows, maps] map after map. */
export function toPlanes(values: usize, planes: usize, rows: i32, maps: i32): void {
  for (let first = 0; first < rows; first += tile) moveRows(values, planes, rows, maps, first, min(rows, first + tile));
}

/** Planes as values [rows, maps]. */
export function fromPlanes(planes: usize, values: usize, rows: i32, maps: i32): void {
  const column = (<usize>maps) << 2, row = (<usize>rows) << 2;
  const whole = maps & ~3;
  for (let first = 0; first < rows; first += tile) {
    const end = min(rows, first + tile);
    const quarters = first + ((end - first) & ~3);
    for (let k = 0; k < whole; k += 4) {
      const source = planes + <usize>k * row, target = values + ((<usize>k) << 2);
      for (let r = first; r < quarters; r += 4) {
        transpose(source + ((<usize>r) << 2), row, target + <usize>r * column, column);
      }
      for (let r = quarters; r < end; r++) {
        for (let i: usize = 0; i < 4; i++) {
          store<u32>(target + <usize>r * column + (i << 2), load<u32>(source + i * row + ((<usize>r) << 2)));
        }
      }
    }
    for (let k = whole; k < maps; k++) {
      const source = planes + <usize>k * row, target = values + ((<usize>k) << 2);
      for (let r = first; r < end; r++) {
        store<u32>(target + <usize>r * column, load<u32>(source + ((<usize>r) << 2)));
      }
    }
  }
}

/** The same for numbers of a byte. */
export function bytesToPlanes(bytes: usize, planes: usize, rows: i32, maps: i32): void {
  for (let first = 0; first < rows; first += tile) {
    const end = min(rows, first + tile);
    for (let k = 0; k < maps; k++) {
      let from = bytes + <usize>first * maps + k, to = planes + <usize>k * rows + first;
      for (let r = first; r < end; r++, from += maps, to++) store<u8>(to, load<u8>(from));
    }
  }
}

export function bytesFromPlanes(planes: usize, bytes: usize, rows: i32, maps: i32): void {
  for (let first = 0; first < rows; first += tile) {
    const end = min(rows, first + tile);
    for (let k = 0; k < maps; k++) {
      let from = planes + <usize>k * rows + first, to = bytes + <usize>first * maps + k;
      for (let r = first; r < end; r++, from++, to += maps) store<u8>(to, load<u8>(from));
    }
  }
}
