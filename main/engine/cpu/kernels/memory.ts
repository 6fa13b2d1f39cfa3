/** Bytes of `count` floats. */
@inline
export function floats(count: i32): usize {
  return (<usize>count) << 2;
}

export function zero(to: usize, count: i32): void {
  const none = f32x4.splat(0);
  for (; count >= 4; count -= 4, to += 16) v128.store(to, none);
  for (; count > 0; count--, to += 4) store<f32>(to, 0);
}

export function copy(to: usize, from: usize, count: i32): void {
  for (; count >= 16; count -= 16, to += 64, from += 64) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    v128.store(to, v128.load(from, 32), 32);
    v128.store(to, v128.load(from, 48), 48);
  }
  for (; count >= 4; count -= 4, to += 16, from += 16) v128.store(to, v128.load(from));
  for (; count > 0; count--, to += 4, from += 4) store<f32>(to, load<f32>(from));
}

/** to = scale · to + from */
export function addTo(to: usize, scale: f32, from: usize, count: i32): void {
  const scale4 = f32x4.splat(scale);
  for (; count >= 4; count -= 4, to += 16, from += 16) {
    v128.store(to, f32x4.add(f32x4.mul(scale4, v128.load(to)), v128.load(from)));
  }
  for (; count > 0; count--, to += 4, from += 4) store<f32>(to, scale * load<f32>(to) + load<f32>(from));
}

export function add(to: usize, from: usize, count: i32): void {
  for (; count >= 8; count -= 8, to += 32, from += 32) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
    v128.store(to, f32x4.add(v128.load(to, 16), v128.load(from, 16)), 16);
  }
  for (; count >= 4; count -= 4, to += 16, from += 16) v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  for (; count > 0; count--, to += 4, from += 4) store<f32>(to, load<f32>(to) + load<f32>(from));
}
