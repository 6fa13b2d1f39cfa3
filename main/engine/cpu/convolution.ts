import * as tf from '@tensorflow/tfjs-core';
import { offsetOf, output, withScratch, type Host } from './host.ts';
import { allFloat32, expectSize, type Attributes, type CpuKernel, type Inputs } from './kernel.ts';
import type { Offset } from './loops.ts';

/** Patch matrices are made and used this much at a time, so that they are read while still in the cache. */
const PATCH_BYTES = 4 << 20;

type Geometry = tf.backend_util.Conv2DInfo;
type Shape4D = [number, number, number, number];

interface ConvAttributes {
  readonly strides: number | [number, number];
  readonly pad: number | 'same' | 'valid';
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly filterShape?: Shape4D;
  readonly inputShape?: Shape4D;
}

function handles(inputs: Inputs, attributes: Attributes): boolean {
  const { dataFormat, dilations = 1 } = attributes as ConvAttributes;
  const undilated = Array.isArray(dilations) ? dilations.every((d) => d === 1) : dilations === 1;
  return undilated && dataFormat === 'NHWC' && allFloat32(inputs);
}

function geometry(inputShape: number[], filterShape: number[], attributes: Attributes): Geometry {
  const { strides, pad, dimRoundingMode } = attributes as ConvAttributes;
  if (inputShape[3] !== filterShape[2]) {
    throw new Error(`A filter [${filterShape.join()}] does not fit maps [${inputShape.join()}]`);
  }
  return tf.backend_util.computeConv2DInfo(
    inputShape as Shape4D,
    filterShape as Shape4D,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
}

/** Values in one row of the patch matrix. */
function patchSize(g: Geometry): number {
  return g.filterHeight * g.filterWidth * g.inChannels;
}

/** Whether x already is its patch matrix: 1×1 filters, stride 1. */
function isPointwise(g: Geometry): boolean {
  const { top, left, bottom, right } = g.padInfo;
  return (
    patchSize(g) === g.inChannels && g.strideHeight === 1 && g.strideWidth === 1 && !(top || left || bottom || right)
  );
}

/** The arguments im2col and col2im share. */
function layout(g: Geometry): number[] {
  const input = [g.inHeight, g.inWidth, g.inChannels];
  const kernel = [g.filterHeight, g.filterWidth, g.strideHeight, g.strideWidth, g.padInfo.top, g.padInfo.left];
  return [...input, g.outHeight, g.outWidth, ...kernel];
}

/** Calls `use` with memory for rows [from, to) of the patch matrix, one chunk after the other. */
function inChunks(host: Host, g: Geometry, use: (patches: Offset, from: number, to: number) => void): void {
  const total = g.batchSize * g.outHeight * g.outWidth;
  const rowBytes = 4 * patchSize(g);
  const rows = Math.min(total, Math.max(1, Math.floor(PATCH_BYTES / rowBytes)));
  withScratch(host, rows * rowBytes, (patches) => {
    for (let from = 0; from < total; from += rows) use(patches, from, Math.min(total, from + rows));
  });
}

/** Calls `use` with rows [from, to) of the patch matrix of x, one chunk after the other. */
function eachPatches(
  host: Host,
  g: Geometry,
  x: Offset,
  use: (patches: Offset, from: number, to: number) => void,
): void {
  if (isPointwise(g)) {
    use(x, 0, g.batchSize * g.outHeight * g.outWidth);
    return;
  }
  inChunks(host, g, (patches, from, to) => {
    host.loops.im2col(x, patches, ...layout(g), from, to);
    use(patches, from, to);
  });
}

export const conv2d: CpuKernel = {
  name: tf.Conv2D,
  handles,
  run(host, { x, filter }, attributes) {
    const g = geometry(x.shape, filter.shape, attributes);
    const y = output(host, g.outShape);
    const [k, out] = [patchSize(g), g.outChannels];
    const [px, pf, py] = [offsetOf(host, x), offsetOf(host, filter), offsetOf(host, y)];
    eachPatches(host, g, px, (patches, from, to) =>
      host.gemm(false, false, to - from, out, k, patches, k, pf, out, 0, py + 4 * from * out, out),
    );
    return y;
  },
};

export const conv2dFilterGrad: CpuKernel = {
  name: tf.Conv2DBackpropFilter,
  handles,
  run(host, { x, dy }, attributes) {
    const filterShape = (attributes as ConvAttributes).filterShape as Shape4D;
    const g = geometry(x.shape, filterShape, attributes);
    expectSize(tf.util.sizeFromShape(g.outShape), dy);
    const dFilter = output(host, filterShape);
    const [k, out] = [patchSize(g), g.outChannels];
    const [px, pd, pf] = [offsetOf(host, x), offsetOf(host, dy), offsetOf(host, dFilter)];
    eachPatches(host, g, px, (patches, from, to) =>
      host.gemm(true, false, k, out, to - from, patches, k, pd + 4 * from * out, out, from === 0 ? 0 : 1, pf, out),
    );
    return dFilter;
  },
};

export const conv2dInputGrad: CpuKernel = {
  name: tf.Conv2DBackpropInput,
  handles,
  run(host, { dy, filter }, attributes) {
    const inputShape = (attributes as ConvAttributes).inputShape as Shape4D;
    const g = geometry(inputShape, filter.shape, attributes);
    expectSize(tf.util.sizeFromShape(g.outShape), dy);
    const dx = output(host, inputShape);
    const [k, out] = [patchSize(g), g.outChannels];
    const [pd, pf, px] = [offsetOf(host, dy), offsetOf(host, filter), offsetOf(host, dx)];
    const product = (patches: Offset, from: number, to: number): void =>
      host.gemm(false, true, to - from, k, out, pd + 4 * from * out, out, pf, out, 0, patches, k);
    if (isPointwise(g)) {
      product(px, 0, g.batchSize * g.outHeight * g.outWidth);
      return dx;
    }
    host.module.HEAPU8.fill(0, px, px + 4 * tf.util.sizeFromShape(inputShape));
    inChunks(host, g, (patches, from, to) => {
      product(patches, from, to);
      host.loops.col2im(patches, px, ...layout(g), from, to);
    });
    return dx;
  },
};
