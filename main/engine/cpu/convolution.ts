import * as tf from '@tensorflow/tfjs-core';
import { gemm } from './gemm.ts';
import { offsetOf, output, split, splitMaps, splitRows, withScratch, type Host } from './host.ts';
import { allFloat32, expectSize, type Attributes, type CpuKernel, type Inputs } from './kernel.ts';
import type { Offset } from './loops.ts';
import type { Call } from './threads/calls.ts';

/** Patch matrices are made and used this much at a time, so that they are read while still in the cache. */
const PATCH_BYTES = 4 << 20;

/** Patches are made by several threads from this many values on. */
const FEW_PATCHES = 1 << 16;

/** Rows of the patch matrix for each thread, from which on packing the filter costs little. */
const ROWS_EACH = 128;

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

/** Rows of the patch matrix. */
function rowsOf(g: Geometry): number {
  return g.batchSize * g.outHeight * g.outWidth;
}

/** Rows of the patch matrix that are made at a time. */
function chunkRows(g: Geometry): number {
  return Math.min(rowsOf(g), Math.max(1, Math.floor(PATCH_BYTES / (4 * patchSize(g)))));
}

/** Cuts [from, to) into chunks. */
function chunks(g: Geometry, from: number, to: number): [from: number, to: number][] {
  const rows = chunkRows(g);
  return Array.from({ length: Math.ceil((to - from) / rows) }, (_, i) => {
    const start = from + i * rows;
    return [start, Math.min(to, start + rows)];
  });
}

/** Calls `use` with memory for a chunk of patches for each of the threads. */
function withPatches(host: Host, g: Geometry, threads: number, use: (patches: Offset[]) => void): void {
  const bytes = 4 * patchSize(g) * chunkRows(g);
  withScratch(host, threads * bytes, (scratch) => use(Array.from({ length: threads }, (_, i) => scratch + i * bytes)));
}

/** Whether each thread has rows enough to be worth packing the filter for: then it makes its patches itself. */
function sharesRows(host: Host, g: Geometry): boolean {
  return rowsOf(g) >= ROWS_EACH * host.team.threads;
}

export const conv2d: CpuKernel = {
  name: tf.Conv2D,
  handles,
  run(host, { x, filter }, attributes) {
    const g = geometry(x.shape, filter.shape, attributes);
    const y = output(host, g.outShape);
    const [rows, k, out] = [rowsOf(g), patchSize(g), g.outChannels];
    const [px, pf, py] = [offsetOf(host, x), offsetOf(host, filter), offsetOf(host, y)];
    if (isPointwise(g)) {
      gemm(host, false, false, rows, out, k, px, k, pf, out, 0, py, out);
    } else if (sharesRows(host, g)) {
      withPatches(host, g, host.team.threads, (patches) => {
        split(host, rows, 1, (start, end, part) =>
          chunks(g, start, end).flatMap<Call>(([from, to]) => [
            ['im2col', px, patches[part], ...layout(g), from, to],
            ['gemm', 0, 0, to - from, out, k, patches[part], k, pf, out, 0, py + 4 * from * out, out],
          ]),
        );
      });
    } else {
      eachPatches(host, g, px, (patches, from, to) => {
        gemm(host, false, false, to - from, out, k, patches, k, pf, out, 0, py + 4 * from * out, out);
      });
    }
    return y;
  },
};

/** Calls `use` with one chunk of the patch matrix of x after the other, each made by all threads. */
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
  withPatches(host, g, 1, ([patches]) => {
    for (const [from, to] of chunks(g, 0, rowsOf(g))) {
      split(host, to - from, Math.ceil(FEW_PATCHES / size), (first, end) => [
        ['im2col', x, patches + 4 * first * size, ...layout(g), from + first, from + end],
      ]);
      use(patches, from, to);
    }
  });
}

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
    eachPatches(host, g, px, (patches, from, to) => {
      const beta = from === 0 ? 0 : 1;
      gemm(host, true, false, k, out, to - from, patches, k, pd + 4 * from * out, out, beta, pf, out);
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
    if (isPointwise(g)) {
      gemm(host, false, true, rowsOf(g), k, out, pd, out, pf, out, 0, px, k);
      return dx;
    }
    if (sharesRows(host, g) && g.batchSize >= host.team.threads) {
      const [pixels, image] = [g.outHeight * g.outWidth, g.inHeight * g.inWidth * maps];
      withPatches(host, g, host.team.threads, (patches) => {
        split(host, g.batchSize, 1, (first, end, part) => [
          ['zero', px + 4 * first * image, (end - first) * image],
          ...chunks(g, first * pixels, end * pixels).flatMap<Call>(([from, to]) => [
            ['gemm', 0, 1, to - from, k, out, pd + 4 * from * out, out, pf, out, 0, patches[part], k],
            ['col2im', patches[part], px, ...layout(g), from, to, 0, maps],
          ]),
        ]);
      });
      return dx;
    }
    splitRows(host, tf.util.sizeFromShape(inputShape), 1, (from, to) => [['zero', px + 4 * from, to - from]]);
    withPatches(host, g, 1, ([patches]) => {
      for (const [from, to] of chunks(g, 0, rowsOf(g))) {
        gemm(host, false, true, to - from, k, out, pd + 4 * from * out, out, pf, out, 0, patches, k);
        splitMaps(host, ((to - from) * k) / maps, maps, (first, end) => [
          ['col2im', patches, px, ...layout(g), from, to, first, end],
        ]);
      }
    });
    return dx;
  },
};
