/** w −= rate · (grad + decay · w), in place. */
export function sgd(w: usize, grad: usize, count: i32, rate: f32, decay: f32): void {
  const rate4 = f32x4.splat(rate), decay4 = f32x4.splat(decay);
  for (; count >= 4; count -= 4, w += 16, grad += 16) {
    const old = v128.load(w);
    const g = f32x4.add(v128.load(grad), f32x4.mul(old, decay4));
    v128.store(w, f32x4.sub(old, f32x4.mul(g, rate4)));
  }
  for (; count > 0; count--, w += 4, grad += 4) {
    const old = load<f32>(w);
    store<f32>(w, old - rate * (load<f32>(grad) + decay * old));
  }
}

/** v = momentum · v + grad + decay · w; w −= rate · v, both in place. */
export function sgdMomentum(w: usize, grad: usize, v: usize, count: i32, rate: f32, decay: f32, momentum: f32): void {
  const rate4 = f32x4.splat(rate), decay4 = f32x4.splat(decay), momentum4 = f32x4.splat(momentum);
  for (; count >= 4; count -= 4, w += 16, grad += 16, v += 16) {
    const old = v128.load(w);
    const g = f32x4.add(v128.load(grad), f32x4.mul(old, decay4));
    const next = f32x4.add(f32x4.mul(v128.load(v), momentum4), g);
    v128.store(v, next);
    v128.store(w, f32x4.sub(old, f32x4.mul(next, rate4)));
  }
  for (; count > 0; count--, w += 4, grad += 4, v += 4) {
    const old = load<f32>(w);
    const next = momentum * load<f32>(v) + (load<f32>(grad) + decay * old);
    store<f32>(v, next);
    store<f32>(w, old - rate * next);
  }
}
