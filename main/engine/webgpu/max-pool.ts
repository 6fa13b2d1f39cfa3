import type * as tf from '@tensorflow/tfjs-core';
import type { MaxPoolGrad, PoolWindow } from '../ops/max-pool.ts';
import { dispatch, empty, type Kernel } from './dispatch.ts';

const uniforms = ['size', 'height', 'width', 'maps', 'outHeight', 'outWidth', 'window', 'stride', 'pad'];

/** A NaN is the maximum of its window, as in PyTorch. */
const forward: Kernel = {
  name: 'max pool',
  reads: ['x'],
  writes: ['y'],
  uniforms,
  threads: [256, 1],
  body: `
  let i = group * 256 + thread;
  if (i >= u.size) { return; }
  let map = i % u.maps;
  let pixel = i / u.maps;
  let top = pixel / u.outWidth % u.outHeight * u.stride - u.pad;
  let left = pixel % u.outWidth * u.stride - u.pad;
  let sample = pixel / (u.outHeight * u.outWidth) * u.height;
  var found = false;
  var best = 0.0;
  for (var row = max(top, 0); row < min(top + u.window, u.height); row++) {
    for (var column = max(left, 0); column < min(left + u.window, u.width); column++) {
      let value = x[((sample + row) * u.width + column) * u.maps + map];
      if (!found || value > best || isNan(value)) { best = value; }
      found = true;
    }
  }
  y[i] = best;`,
};

/** Looks at all windows that a value is in: it takes the gradient of those whose first maximum it is. */
const backward: Kernel = {
  name: 'max pool gradient',
  reads: ['dy', 'x', 'y'],
  writes: ['dx'],
  uniforms,
  threads: [256, 1],
  declarations: `
fn isFirst(sample: i32, map: i32, top: i32, left: i32, row: i32, column: i32, value: f32) -> bool {
  for (var r = max(top, 0); r <= row; r++) {
    for (var c = max(left, 0); c < min(left + u.window, u.width); c++) {
      if (r == row && c >= column) { return true; }
      if (x[((sample * u.height + r) * u.width + c) * u.maps + map] == value) { return false; }
    }
  }
  return true;
}`,
  body: `
  let i = group * 256 + thread;
  if (i >= u.size) { return; }
  let map = i % u.maps;
  let pixel = i / u.maps;
  let column = pixel % u.width;
  let row = pixel / u.width % u.height;
  let sample = pixel / (u.width * u.height);
  let value = x[i];
  var sum = 0.0;
  let firstRow = max(row + u.pad - u.window + u.stride, 0) / u.stride;
  let firstColumn = max(column + u.pad - u.window + u.stride, 0) / u.stride;
  for (var a = firstRow; a <= min((row + u.pad) / u.stride, u.outHeight - 1); a++) {
    for (var b = firstColumn; b <= min((column + u.pad) / u.stride, u.outWidth - 1); b++) {
      let at = ((sample * u.outHeight + a) * u.outWidth + b) * u.maps + map;
      if (y[at] == value && isFirst(sample, map, a * u.stride - u.pad, b * u.stride - u.pad, row, column, value)) {
        sum += dy[at];
      }
    }
  }
  dx[i] = sum;`,
};

type Shape4D = [number, number, number, number];

function sizesOf([, height, width, maps]: Shape4D, { size, stride, pad }: PoolWindow): Record<string, number> {
  const [outHeight, outWidth] = [height, width].map((side) => Math.floor((side + 2 * pad - size) / stride) + 1);
  return { height, width, maps, outHeight, outWidth, window: size, stride, pad };
}

/** The maximum of each window, per map: [n, h, w, maps] → [n, h', w', maps]. */
export function maxPool(x: tf.Tensor4D, window: PoolWindow): tf.Tensor4D {
  const sizes = sizesOf(x.shape, window);
  const y = empty<tf.Tensor4D>([x.shape[0], sizes.outHeight, sizes.outWidth, x.shape[3]]);
  dispatch(forward, {
    reads: [x],
    writes: [y],
    uniforms: { ...sizes, size: y.size },
    groups: Math.ceil(y.size / 256),
  });
  return y;
}

/** ∂L/∂x of y = maxPool(x). Of equal maxima the first in row-major order takes the gradient. */
export function maxPoolGrad({ dy, x, y, window }: MaxPoolGrad): tf.Tensor4D {
  const dx = empty<tf.Tensor4D>(x.shape);
  dispatch(backward, {
    reads: [dy, x, y],
    writes: [dx],
    uniforms: { ...sizesOf(x.shape, window), size: x.size },
    groups: Math.ceil(x.size / 256),
  });
  return dx;
}
