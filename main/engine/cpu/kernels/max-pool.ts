import { floats, zero } from './memory';

/** The maximum of every window of x [n, height, width, maps], per map. Padding never wins. */
export function maxPool(
  x: usize,
  y: usize,
  batch: i32,
  height: i32,
  width: i32,
  maps: i32,
  outHeight: i32,
  outWidth: i32,
  size: i32,
  stride: i32,
  pad: i32,
): void {
  const pixel = floats(maps), line = floats(width * maps);
  for (let n = 0; n < batch; n++, x += <usize>height * line) {
    for (let oy = 0; oy < outHeight; oy++) {
      const top = max(0, oy * stride - pad), bottom = min(height, oy * stride - pad + size);
      for (let ox = 0; ox < outWidth; ox++, y += pixel) {
        const left = max(0, ox * stride - pad), right = min(width, ox * stride - pad + size);
        const corner = x + <usize>top * line + <usize>left * pixel;
        let at: usize = 0, rest = maps;
        for (; rest >= 4; rest -= 4, at += 16) {
          let best = v128.load(corner + at);
          for (let iy = top, from = corner + at; iy < bottom; iy++, from += line) {
            for (let ix = left, here = from; ix < right; ix++, here += pixel) best = f32x4.max(best, v128.load(here));
          }
          v128.store(y + at, best);
        }
        for (; rest > 0; rest--, at += 4) {
          let best = load<f32>(corner + at);
          for (let iy = top, from = corner + at; iy < bottom; iy++, from += line) {
            for (let ix = left, here = from; ix < right; ix++, here += pixel) best = max(best, load<f32>(here));
          }
          store<f32>(y + at, best);
        }
      }
    }
  }
}

/** Adds dy onto the first maximum of each window, in row-major order, as PyTorch does. */
export function maxPoolGrad(
  dy: usize,
  x: usize,
  y: usize,
  dx: usize,
  batch: i32,
  height: i32,
  width: i32,
  maps: i32,
  outHeight: i32,
  outWidth: i32,
  size: i32,
  stride: i32,
  pad: i32,
): void {
  const pixel = floats(maps), line = floats(width * maps);
  zero(dx, batch * height * width * maps);
  for (let n = 0; n < batch; n++, x += <usize>height * line, dx += <usize>height * line) {
    for (let oy = 0; oy < outHeight; oy++) {
      const top = max(0, oy * stride - pad), bottom = min(height, oy * stride - pad + size);
      for (let ox = 0; ox < outWidth; ox++, y += pixel, dy += pixel) {
        const left = max(0, ox * stride - pad), right = min(width, ox * stride - pad + size);
        const corner = <usize>top * line + <usize>left * pixel;
        let at: usize = 0, rest = maps;
        for (; rest >= 4; rest -= 4, at += 16) {
          const best = v128.load(y + at);
          let open = v128.load(dy + at);
          for (let iy = top, from = corner + at; iy < bottom; iy++, from += line) {
            for (let ix = left, here = from; ix < right; ix++, here += pixel) {
              const hit = f32x4.eq(v128.load(x + here), best);
              v128.store(dx + here, f32x4.add(v128.load(dx + here), v128.and(open, hit)));
              open = v128.andnot(open, hit);
            }
          }
        }
        for (; rest > 0; rest--, at += 4) {
          const best = load<f32>(y + at);
          let open = load<f32>(dy + at);
          for (let iy = top, from = corner + at; iy < bottom; iy++, from += line) {
            for (let ix = left, here = from; ix < right; ix++, here += pixel) {
              if (load<f32>(x + here) != best) continue;
              store<f32>(dx + here, load<f32>(dx + here) + open);
              open = 0;
            }
          }
        }
      }
    }
  }
}
