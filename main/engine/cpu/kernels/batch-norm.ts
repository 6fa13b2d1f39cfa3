import { floats } from './memory';

/** Rows summed in float32 before the sum goes into a float64: naive float32 sums lose 2e-5 on 65,536 rows. */
const BLOCK: i32 = 256;

/** Σ(x − first row) and Σ(x − first row)² of a block, per map; its rows lie `stride` floats apart. */
function blockMoments(x: usize, rows: i32, maps: i32, stride: i32, sums: usize, squares: usize): void {
  let map = 0;
  for (; map + 16 <= maps; map += 16) {
    let at = x + floats(map);
    const k0 = v128.load(at), k1 = v128.load(at, 16), k2 = v128.load(at, 32), k3 = v128.load(at, 48);
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    let q0 = s0, q1 = s0, q2 = s0, q3 = s0;
    for (let row = 0; row < rows; row++, at += floats(stride)) {
      const a = f32x4.sub(v128.load(at), k0);
      const b = f32x4.sub(v128.load(at, 16), k1);
      const c = f32x4.sub(v128.load(at, 32), k2);
      const d = f32x4.sub(v128.load(at, 48), k3);
      s0 = f32x4.add(s0, a);
      s1 = f32x4.add(s1, b);
      s2 = f32x4.add(s2, c);
      s3 = f32x4.add(s3, d);
      q0 = f32x4.add(q0, f32x4.mul(a, a));
      q1 = f32x4.add(q1, f32x4.mul(b, b));
      q2 = f32x4.add(q2, f32x4.mul(c, c));
      q3 = f32x4.add(q3, f32x4.mul(d, d));
    }
    const s = sums + floats(map);
    v128.store(s, s0);
    v128.store(s, s1, 16);
    v128.store(s, s2, 32);
    v128.store(s, s3, 48);
    const q = squares + floats(map);
    v128.store(q, q0);
    v128.store(q, q1, 16);
    v128.store(q, q2, 32);
    v128.store(q, q3, 48);
  }
  for (; map < maps; map++) {
    let at = x + floats(map);
    const k = load<f32>(at);
    let s: f32 = 0, q: f32 = 0;
    for (let row = 0; row < rows; row++, at += floats(stride)) {
      const a = load<f32>(at) - k;
      s += a;
      q += a * a;
    }
    store<f32>(sums + floats(map), s);
    store<f32>(squares + floats(map), q);
  }
}

/**
 * Mean and biased variance of x [rows, maps] over its rows, which lie `stride` floats apart. Blocks are joined by Chan's formula in float64, so a
 * mean far from zero costs no digits. `scratch`: 24 bytes a map.
 */
export function batchNormMoments(
  x: usize,
  rows: i32,
  maps: i32,
  stride: i32,
  mean: usize,
  variance: usize,
  scratch: usize,
): void {
  const means = scratch;
  const deviations = means + (<usize>maps << 3);
  const sums = deviations + (<usize>maps << 3);
  const squares = sums + floats(maps);
  memory.fill(scratch, 0, <usize>maps << 4);
  for (let from = 0; from < rows; from += BLOCK) {
    const count = min(BLOCK, rows - from);
    const block = x + <usize>from * floats(stride);
    blockMoments(block, count, maps, stride, sums, squares);
    const n = <f64>count, before = <f64>from;
    for (let map = 0; map < maps; map++) {
      const at = <usize>map << 3;
      const s = <f64>load<f32>(sums + floats(map));
      const delta = <f64>load<f32>(block + floats(map)) + s / n - load<f64>(means + at);
      const own = <f64>load<f32>(squares + floats(map)) - (s * s) / n;
      store<f64>(deviations + at, load<f64>(deviations + at) + own + (delta * delta * before * n) / (before + n));
      store<f64>(means + at, load<f64>(means + at) + (delta * n) / (before + n));
    }
  }
  for (let map = 0; map < maps; map++) {
    const at = <usize>map << 3;
    store<f32>(mean + floats(map), <f32>load<f64>(means + at));
    store<f32>(variance + floats(map), <f32>max(0, load<f64>(deviations + at) / <f64>rows));
  }
}

/** The scale and shift that normalise: y = x · scale + shift. */
export function batchNormCoefficients(
  mean: usize,
  variance: usize,
  gamma: usize,
  beta: usize,
  eps: f64,
  maps: i32,
  scale: usize,
  shift: usize,
): void {
  for (let map = 0; map < maps; map++) {
    const at = floats(map);
    const s = <f64>load<f32>(gamma + at) / Math.sqrt(<f64>load<f32>(variance + at) + eps);
    store<f32>(scale + at, <f32>s);
    store<f32>(shift + at, <f32>(<f64>load<f32>(beta + at) - <f64>load<f32>(mean + at) * s));
  }
}

/** Σd and Σd·(x − mean) of a block, where d is dy, gated by y > 0 when there is a ReLU. */
function blockGradSums(
  dy: usize,
  x: usize,
  y: usize,
  rows: i32,
  maps: i32,
  stride: i32,
  mean: usize,
  relu: bool,
  sums: usize,
  products: usize,
): void {
  const none = f32x4.splat(0);
  const open = relu ? i32x4.splat(0) : i32x4.splat(-1);
  let map = 0;
  for (; map + 8 <= maps; map += 8) {
    let at = floats(map);
    const m0 = v128.load(mean + at), m1 = v128.load(mean + at, 16);
    let s0 = none, s1 = none, q0 = none, q1 = none;
    for (let row = 0; row < rows; row++, at += floats(stride)) {
      const a = v128.and(v128.load(dy + at), v128.or(open, f32x4.gt(v128.load(y + at), none)));
      const b = v128.and(v128.load(dy + at, 16), v128.or(open, f32x4.gt(v128.load(y + at, 16), none)));
      s0 = f32x4.add(s0, a);
      s1 = f32x4.add(s1, b);
      q0 = f32x4.add(q0, f32x4.mul(a, f32x4.sub(v128.load(x + at), m0)));
      q1 = f32x4.add(q1, f32x4.mul(b, f32x4.sub(v128.load(x + at, 16), m1)));
    }
    v128.store(sums + floats(map), s0);
    v128.store(sums + floats(map), s1, 16);
    v128.store(products + floats(map), q0);
    v128.store(products + floats(map), q1, 16);
  }
  for (; map < maps; map++) {
    let at = floats(map);
    const m = load<f32>(mean + at);
    let s: f32 = 0, q: f32 = 0;
    for (let row = 0; row < rows; row++, at += floats(stride)) {
      const d: f32 = !relu || load<f32>(y + at) > 0 ? load<f32>(dy + at) : 0;
      s += d;
      q += d * (load<f32>(x + at) - m);
    }
    store<f32>(sums + floats(map), s);
    store<f32>(products + floats(map), q);
  }
}

/** dx = d · a + (x − mean) · b + c, with d as above. */
function applyGrad(
  dy: usize,
  x: usize,
  y: usize,
  dx: usize,
  rows: i32,
  maps: i32,
  stride: i32,
  mean: usize,
  relu: bool,
  a: usize,
  b: usize,
  c: usize,
): void {
  const none = f32x4.splat(0);
  const open = relu ? i32x4.splat(0) : i32x4.splat(-1);
  for (let row = 0; row < rows; row++) {
    let at: usize = 0;
    let left = maps;
    for (; left >= 4; left -= 4, at += 16) {
      const d = v128.and(v128.load(dy + at), v128.or(open, f32x4.gt(v128.load(y + at), none)));
      const centred = f32x4.sub(v128.load(x + at), v128.load(mean + at));
      const v = f32x4.add(f32x4.mul(d, v128.load(a + at)), f32x4.mul(centred, v128.load(b + at)));
      v128.store(dx + at, f32x4.add(v, v128.load(c + at)));
    }
    for (; left > 0; left--, at += 4) {
      const d: f32 = !relu || load<f32>(y + at) > 0 ? load<f32>(dy + at) : 0;
      const centred = load<f32>(x + at) - load<f32>(mean + at);
      store<f32>(dx + at, d * load<f32>(a + at) + centred * load<f32>(b + at) + load<f32>(c + at));
    }
    dy += floats(stride);
    x += floats(stride);
    y += floats(stride);
    dx += floats(stride);
  }
}

/**
 * Gradient of y = activation(BatchNorm(x)) with batch statistics; rows lie `stride` floats apart. With s = 1/√(variance + eps):
 * dx = γ·s·(d − mean(d) − (x − mean)·s²·mean(d·(x − mean))). `scratch`: 28 bytes a map.
 */
export function batchNormGrad(
  dy: usize,
  x: usize,
  y: usize,
  mean: usize,
  variance: usize,
  gamma: usize,
  eps: f64,
  rows: i32,
  maps: i32,
  stride: i32,
  relu: bool,
  dx: usize,
  dGamma: usize,
  dBeta: usize,
  scratch: usize,
): void {
  const sums = scratch;
  const products = sums + (<usize>maps << 3);
  const a = products + (<usize>maps << 3);
  const b = a + floats(maps);
  const c = b + floats(maps);
  memory.fill(scratch, 0, <usize>maps << 4);
  for (let from = 0; from < rows; from += BLOCK) {
    const skip = <usize>from * floats(stride);
    blockGradSums(dy + skip, x + skip, y + skip, min(BLOCK, rows - from), maps, stride, mean, relu, a, b);
    for (let map = 0; map < maps; map++) {
      const at = <usize>map << 3;
      store<f64>(sums + at, load<f64>(sums + at) + <f64>load<f32>(a + floats(map)));
      store<f64>(products + at, load<f64>(products + at) + <f64>load<f32>(b + floats(map)));
    }
  }
  for (let map = 0; map < maps; map++) {
    const at = floats(map);
    const sum = load<f64>(sums + (at << 1)), product = load<f64>(products + (at << 1));
    const s = 1 / Math.sqrt(<f64>load<f32>(variance + at) + eps);
    const scale = <f64>load<f32>(gamma + at) * s;
    store<f32>(dGamma + at, <f32>(product * s));
    store<f32>(dBeta + at, <f32>sum);
    store<f32>(a + at, <f32>scale);
    store<f32>(b + at, <f32>((-scale * s * s * product) / <f64>rows));
    store<f32>(c + at, <f32>((-scale * sum) / <f64>rows));
  }
  applyGrad(dy, x, y, dx, rows, maps, stride, mean, relu, a, b, c);
}
