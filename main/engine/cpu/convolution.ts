import * as tf from '@tensorflow/tfjs-core';
import { gemm } from './gemm.ts';
import { offsetOf, output, splitMaps, splitRows, withScratch, type Host } from './host.ts';
import { allFloat32, expectSize, type Attributes, type CpuKernel, type Inputs } from './kernel.ts';
import type { Offset } from './loops.ts';
import { call, type Fields } from './operations.ts';
import { convolvePairs, fewPairs, type Convolved } from './pairs.ts';
import { suitsWinograd, winogradConvolve, winogradFilterGrad, type Same3x3 } from './winograd.ts';

/**
 * Patch matrices are made and used this much at a time, so that they are read while still in the cache. Set in
 * Nov 2026 on a machine that was not noted; test/bench/training.ts shows what it does.
 */
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

/** The convolution as Winograd's algorithm takes it, or null when it is another. */
function same3x3(g: Geometry): Same3x3 | null {
  const { top, left, bottom, right } = g.padInfo;
  const same = [top, left, bottom, right, g.strideHeight, g.strideWidth].every((value) => value === 1);
  if (!same || g.filterHeight !== 3 || g.filterWidth !== 3) return null;
  return { batch: g.batchSize, height: g.inHeight, width: g.inWidth, maps: g.inChannels, filters: g.outChannels };
}

/** The arguments im2col and col2im share. */
function layout(g: Geometry): Omit<Fields<'im2col'>, 'x' | 'patches' | 'from' | 'to'> {
  return {
    height: g.inHeight,
    width: g.inWidth,
    maps: g.inChannels,
    outHeight: g.outHeight,
    outWidth: g.outWidth,
    kernelHeight: g.filterHeight,
    kernelWidth: g.filterWidth,
    strideY: g.strideHeight,
    strideX: g.strideWidth,
    padTop: g.padInfo.top,
    padLeft: g.padInfo.left,
  };
}

/** Rows of the patch matrix. */
function rowsOf(g: Geometry): number {
  return g.batchSize * g.outHeight * g.outWidth;
}

/** Calls `use` with memory for rows [from, to) of the patch matrix, one chunk after the other. */
function inChunks(host: Host, g: Geometry, use: (patches: Offset, from: number, to: number) => void): void {
  const total = rowsOf(g);
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
    use(x, 0, rowsOf(g));
    return;
  }
  const size = patchSize(g);
  inChunks(host, g, (patches, from, to) => {
    splitRows(host, to - from, size, (first, end) => [
      call('im2col', { ...layout(g), x, patches: patches + 4 * first * size, from: from + first, to: from + end }),
    ]);
    use(patches, from, to);
  });
}

/** `convolvePairs` or `winogradConvolve` where one of them is faster than patches; returns whether it was. */
function convolvesWithoutPatches(host: Host, g: Geometry, arrays: Convolved): boolean {
  const pairs = fewPairs(g);
  if (pairs) {
    convolvePairs(host, g, pairs, arrays);
    return true;
  }
  const same = same3x3(g);
  if (!same || !suitsWinograd(same)) return false;
  winogradConvolve(host, same, arrays);
  return true;
}

export const conv2d: CpuKernel = {
  name: tf.Conv2D,
  handles,
  run(host, { x, filter }, attributes) {
    const g = geometry(x.shape, filter.shape, attributes);
    const y = output(host, g.outShape);
    const [k, out] = [patchSize(g), g.outChannels];
    const [px, pf, py] = [offsetOf(host, x), offsetOf(host, filter), offsetOf(host, y)];
    if (convolvesWithoutPatches(host, g, { x: px, filter: pf, y: py, adjoint: false })) return y;
    eachPatches(host, g, px, (patches, from, to) => {
      const c = py + 4 * from * out;
      gemm(host, { m: to - from, n: out, k, a: patches, lda: k, b: pf, ldb: out, c, ldc: out });
    });
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
    const same = same3x3(g);
    if (same && suitsWinograd(same)) {
      winogradFilterGrad(host, same, px, pd, pf);
      return dFilter;
    }
    eachPatches(host, g, px, (patches, from, to) => {
      const [b, beta] = [pd + 4 * from * out, from === 0 ? 0 : 1];
      const [m, n, terms] = [k, out, to - from];
      gemm(host, { transposeA: true, m, n, k: terms, a: patches, lda: k, b, ldb: out, beta, c: pf, ldc: out });
    });
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
    const [k, out, maps] = [patchSize(g), g.outChannels, g.inChannels];
    const [pd, pf, px] = [offsetOf(host, dy), offsetOf(host, filter), offsetOf(host, dx)];
    if (convolvesWithoutPatches(host, g, { x: pd, filter: pf, y: px, adjoint: true })) return dx;
    if (isPointwise(g)) {
      const [m, n] = [rowsOf(g), k];
      gemm(host, { transposeB: true, m, n, k: out, a: pd, lda: out, b: pf, ldb: out, c: px, ldc: k });
      return dx;
    }
    splitRows(host, tf.util.sizeFromShape(inputShape), 1, (from, to) => [
      call('zero', { to: px + 4 * from, count: to - from }),
    ]);
    inChunks(host, g, (patches, from, to) => {
      const [m, n, a] = [to - from, k, pd + 4 * from * out];
      gemm(host, { transposeB: true, m, n, k: out, a, lda: out, b: pf, ldb: out, c: patches, ldc: k });
      splitMaps(host, ((to - from) * k) / maps, maps, (first, end) => [
        call('col2im', { ...layout(g), patches, x: px, from, to, firstMap: first, endMap: end }),
      ]);
    });
    return dx;
  },
};
