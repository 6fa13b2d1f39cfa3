import * as tf from '@tensorflow/tfjs-core';
import { offsetOf, output, split } from './host.ts';
import { allFloat32, expectSize, type Attributes, type CpuKernel } from './kernel.ts';
import { call, type Fields } from './operations.ts';

type Geometry = tf.backend_util.Conv2DInfo;

interface PoolAttributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: number | 'same' | 'valid';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function geometry(x: tf.TensorInfo, attributes: Attributes): Geometry {
  const { filterSize, strides, pad, dimRoundingMode } = attributes as PoolAttributes;
  return tf.backend_util.computePool2DInfo(
    x.shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
}

/** The inner loops know square windows that reach into x, one stride, the same padding above and on the left. */
function isSquare(g: Geometry): boolean {
  const { top, left } = g.padInfo;
  const even = g.filterHeight === g.filterWidth && g.strideHeight === g.strideWidth && top === left;
  return even && top < g.filterHeight;
}

/** The arguments the two loops share. */
function layout(g: Geometry): Omit<Fields<'maxPool'>, 'x' | 'y' | 'batch'> {
  return {
    height: g.inHeight,
    width: g.inWidth,
    maps: g.inChannels,
    outHeight: g.outHeight,
    outWidth: g.outWidth,
    size: g.filterHeight,
    stride: g.strideHeight,
    pad: g.padInfo.top,
  };
}

/** Bytes of one image, before and after. */
function bytes(g: Geometry): { image: number; pooled: number } {
  return { image: 4 * g.inHeight * g.inWidth * g.inChannels, pooled: 4 * g.outHeight * g.outWidth * g.inChannels };
}

export const maxPool: CpuKernel = {
  name: tf.MaxPool,
  handles: (inputs, attributes) => allFloat32(inputs) && isSquare(geometry(inputs.x, attributes)),
  run(host, { x }, attributes) {
    const g = geometry(x, attributes);
    const y = output(host, g.outShape);
    const [px, py] = [offsetOf(host, x), offsetOf(host, y)];
    const { image, pooled } = bytes(g);
    split(host, g.batchSize, 1, (from, to) => [
      call('maxPool', { ...layout(g), x: px + from * image, y: py + from * pooled, batch: to - from }),
    ]);
    return y;
  },
};

export const maxPoolGrad: CpuKernel = {
  name: tf.MaxPoolGrad,
  handles: (inputs, attributes) => allFloat32(inputs) && isSquare(geometry(inputs.input, attributes)),
  run(host, { dy, input, output: y }, attributes) {
    const g = geometry(input, attributes);
    expectSize(tf.util.sizeFromShape(g.outShape), dy, y);
    const dx = output(host, input.shape);
    const [pd, px, py, pdx] = [dy, input, y, dx].map((tensor) => offsetOf(host, tensor));
    const { image, pooled } = bytes(g);
    split(host, g.batchSize, 1, (from, to) => {
      const [before, after] = [from * image, from * pooled];
      const arrays = { dy: pd + after, x: px + before, y: py + after, dx: pdx + before };
      return [call('maxPoolGrad', { ...layout(g), ...arrays, batch: to - from })];
    });
    return dx;
  },
};
