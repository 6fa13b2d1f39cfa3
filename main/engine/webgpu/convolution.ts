import type * as tf from '@tensorflow/tfjs-core';
import type { Convolution, ConvolutionFilterGrad, ConvolutionInputGrad } from '../ops/convolution.ts';
import { matrix } from './mat-mul.ts';
import { product, type Operand } from './product.ts';

const geometry = ['height', 'width', 'maps', 'outHeight', 'outWidth', 'filters', 'kernelWidth', 'stride', 'pad'];

/** The first element of the window of output pixel i: its sample's first pixel, y and x. */
const windowStart = `vec4<i32>(
  i / (u.outHeight * u.outWidth) * u.height * u.width,
  i / u.outWidth % u.outHeight * u.stride - u.pad,
  i % u.outWidth * u.stride - u.pad,
  0)`;

/** Place i of a window of `maps` maps: y, x and map. */
const tapOf = (maps: string): string =>
  `vec4<i32>(i / u.${maps} / u.kernelWidth, i / u.${maps} % u.kernelWidth, i % u.${maps}, 0)`;

/** x at place `tap` of the window that begins at `start`, 0 beyond its border. */
const pixel = (start: string, tap: string): string => `
  let y = ${start}.y + ${tap}.x;
  let x_ = ${start}.z + ${tap}.y;
  if (y < 0 || y >= u.height || x_ < 0 || x_ >= u.width) { return 0.0; }
  return x[(${start}.x + y * u.width + x_) * u.maps + ${tap}.z];`;

/** The windows of x, one a row: [n·h'·w', kh·kw·maps]. */
const windows: Operand = {
  reads: ['x'],
  uniforms: geometry,
  row: windowStart,
  column: tapOf('maps'),
  element: pixel('r', 'c'),
  alongRow: true,
};

/** The same the other way round. */
const windowsTransposed: Operand = {
  ...windows,
  row: windows.column,
  column: windows.row,
  element: pixel('c', 'r'),
  alongRow: false,
};

/** What of dy comes from each pixel of x: [n·h·w, kh·kw·filters]. */
function reached(stride: number): Operand {
  const place = (size: string): string => (stride === 1 ? size : `${size} / u.stride`);
  const missed = stride === 1 ? '' : 'y % u.stride != 0 || x % u.stride != 0 || ';
  return {
    reads: ['dy'],
    uniforms: geometry,
    row: `vec4<i32>(
  i / (u.height * u.width) * u.outHeight * u.outWidth, i / u.width % u.height + u.pad, i % u.width + u.pad, 0)`,
    column: tapOf('filters'),
    element: `
  let y = r.y - c.x;
  let x = r.z - c.y;
  if (y < 0 || x < 0 || ${missed}${place('y')} >= u.outHeight || ${place('x')} >= u.outWidth) { return 0.0; }
  return dy[(r.x + ${place('y')} * u.outWidth + ${place('x')}) * u.filters + c.z];`,
    alongRow: true,
  };
}

/** The filter [kh, kw, maps, filters] as [kh·kw·filters, maps]. */
const filterBack: Operand = {
  reads: ['filter_'],
  uniforms: geometry,
  row: 'vec4<i32>(i / u.filters * u.maps, i % u.filters, 0, 0)',
  column: 'vec4<i32>(i)',
  element: 'return filter_[(r.x + c.x) * u.filters + r.y];',
  alongRow: false,
};

type Shape4D = readonly [number, number, number, number];

interface Geometry {
  readonly input: Shape4D;
  readonly filter: Shape4D;
  readonly window: { readonly stride: number; readonly pad: number };
}

function uniformsOf({
  input,
  filter,
  window,
}: Geometry): Record<string, number> & { outHeight: number; outWidth: number } {
  const [, height, width, maps] = input;
  const [kernelHeight, kernelWidth, , filters] = filter;
  const { stride, pad } = window;
  const outHeight = Math.floor((height + 2 * pad - kernelHeight) / stride) + 1;
  const outWidth = Math.floor((width + 2 * pad - kernelWidth) / stride) + 1;
  return { height, width, maps, outHeight, outWidth, filters, kernelWidth, stride, pad };
}

/** x [n, h, w, in] * filter [kh, kw, in, out] → [n, h', w', out]. */
export function conv2d({ x, filter, window }: Convolution): tf.Tensor4D {
  const uniforms = uniformsOf({ input: x.shape, filter: filter.shape, window });
  const [n] = x.shape;
  const [kernelHeight, kernelWidth, maps, filters] = filter.shape;
  const { outHeight, outWidth } = uniforms;
  return product(
    { name: 'convolution', a: windows, b: matrix('filter_', 'columns') },
    { rows: n * outHeight * outWidth, columns: filters, depth: kernelHeight * kernelWidth * maps },
    { reads: [x, filter], uniforms, shape: [n, outHeight, outWidth, filters] },
  );
}

/** ∂L/∂x of conv2d from dy [n, h', w', out], for the inputShape [n, h, w, in] of x. */
export function conv2dInputGrad({ dy, filter, inputShape, window }: ConvolutionInputGrad): tf.Tensor4D {
  const [n, height, width, maps] = inputShape;
  const [kernelHeight, kernelWidth, , filters] = filter.shape;
  const isUnit = window.stride === 1;
  return product(
    { name: `convolution input${isUnit ? '' : ' strided'}`, a: reached(window.stride), b: filterBack },
    { rows: n * height * width, columns: maps, depth: kernelHeight * kernelWidth * filters },
    {
      reads: [dy, filter],
      uniforms: uniformsOf({ input: inputShape, filter: filter.shape, window }),
      shape: inputShape,
    },
  );
}

/** ∂L/∂filter of conv2d, summed over the batch → filterShape [kh, kw, in, out]. */
export function conv2dFilterGrad({ x, dy, filterShape, window }: ConvolutionFilterGrad): tf.Tensor4D {
  const [kernelHeight, kernelWidth, maps, filters] = filterShape;
  return product(
    { name: 'convolution filter', a: windowsTransposed, b: matrix('dy', 'columns') },
    { rows: kernelHeight * kernelWidth * maps, columns: filters, depth: dy.size / filters },
    { reads: [x, dy], uniforms: uniformsOf({ input: x.shape, filter: filterShape, window }), shape: filterShape },
  );
}
