import { floats } from './memory';

/** The least value an activation lets through. `pmax(v, floor)` keeps a NaN, as PyTorch's ReLU does. */
@inline
export function floorOf(relu: bool): f32 {
  return relu ? 0 : -Infinity;
}

/** y = activation(x + bias) on [rows, maps]; y may be x. */
export function biasActivation(x: usize, y: usize, bias: usize, rows: i32, maps: i32, relu: bool): void {
  const floor = floorOf(relu);
  const floor4 = f32x4.splat(floor);
  for (let row = 0; row < rows; row++) {
    let at: usize = 0;
    let left = maps;
    for (; left >= 4; left -= 4, at += 16) {
      v128.store(y + at, f32x4.pmax(f32x4.add(v128.load(x + at), v128.load(bias + at)), floor4));
    }
    for (; left > 0; left--, at += 4) {
      const v = load<f32>(x + at) + load<f32>(bias + at);
      store<f32>(y + at, v < floor ? floor : v);
    }
    x += floats(maps);
    y += floats(maps);
  }
}

/** y = activation(x · scale + shift) on [rows, maps], rows `stride` floats apart; y may be x. */
export function scaleShift(
  x: usize,
  y: usize,
  scale: usize,
  shift: usize,
  rows: i32,
  maps: i32,
  stride: i32,
  relu: bool,
): void {
  const floor = floorOf(relu);
  const floor4 = f32x4.splat(floor);
  for (let row = 0; row < rows; row++) {
    let at: usize = 0;
    let left = maps;
    for (; left >= 4; left -= 4, at += 16) {
      const v = f32x4.add(f32x4.mul(v128.load(x + at), v128.load(scale + at)), v128.load(shift + at));
      v128.store(y + at, f32x4.pmax(v, floor4));
    }
    for (; left > 0; left--, at += 4) {
      const v = load<f32>(x + at) * load<f32>(scale + at) + load<f32>(shift + at);
      store<f32>(y + at, v < floor ? floor : v);
    }
    x += floats(stride);
    y += floats(stride);
  }
}

/** dx = dy where y > 0, else 0. */
export function reluGrad(dy: usize, y: usize, dx: usize, count: i32): void {
  const none = f32x4.splat(0);
  for (; count >= 4; count -= 4, dy += 16, y += 16, dx += 16) {
    v128.store(dx, v128.and(v128.load(dy), f32x4.gt(v128.load(y), none)));
  }
  for (; count > 0; count--, dy += 4, y += 4, dx += 4) store<f32>(dx, load<f32>(y) > 0 ? load<f32>(dy) : 0);
}
