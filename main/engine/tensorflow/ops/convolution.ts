import * as tf from '@tensorflow/tfjs-core';
import type { Convolution, ConvolutionFilterGrad, ConvolutionInputGrad, Window } from '../../ops/convolution.ts';
import { float32, integer, text } from '../attributes.ts';
import { integers, onGpu, run } from '../backend.ts';
import { paddingOf, windowAttributes, type Moving } from '../windows.ts';
import { matMul } from './mat-mul.ts';

type Shape4D = readonly [number, number, number, number];

function moving(input: Shape4D, filter: Shape4D, { stride, pad }: Window): Moving {
  return { input: [input[1], input[2]], window: [filter[0], filter[1]], stride, pad };
}

export function conv2d({ x, filter, window }: Convolution): tf.Tensor4D {
  const attributes = windowAttributes(moving(x.shape, filter.shape, window));
  return run('Conv2D', [float32(), ...attributes], x, filter) as tf.Tensor4D;
}

export function conv2dInputGrad({ dy, filter, inputShape, window }: ConvolutionInputGrad): tf.Tensor4D {
  if (needsMargin(inputShape, filter.shape, window)) {
    return tf.tidy(() => {
      const framed = withMargin(inputShape, window.pad);
      const wide = conv2dInputGrad({ dy, filter, inputShape: framed, window: { ...window, pad: 0 } });
      return tf.slice(wide, [0, window.pad, window.pad, 0], inputShape);
    });
  }
  const attributes = windowAttributes(moving(inputShape, filter.shape, window));
  const sizes = integers(inputShape);
  const dx = run('Conv2DBackpropInput', [float32(), ...attributes], sizes, filter, dy);
  sizes.dispose();
  return dx as tf.Tensor4D;
}

export function conv2dFilterGrad(operands: ConvolutionFilterGrad): tf.Tensor4D {
  const { x, dy, filterShape, window } = operands;
  if (suitsPatches(operands)) return filterGradOfPatches(operands);
  const attributes = windowAttributes(moving(x.shape, filterShape, window));
  const sizes = integers(filterShape);
  const dFilter = run('Conv2DBackpropFilter', [float32(), ...attributes], x, sizes, dy);
  sizes.dispose();
  return dFilter as tf.Tensor4D;
}

/** Whether the margin has to be real: oneDNN has no gradient for EXPLICIT, and what stands in for it takes up to five times as long. */
function needsMargin(input: Shape4D, filter: Shape4D, window: Window): boolean {
  return !onGpu() && paddingOf(moving(input, filter, window)) === 'EXPLICIT';
}

function withMargin([samples, height, width, maps]: Shape4D, pad: number): [number, number, number, number] {
  return [samples, height + 2 * pad, width + 2 * pad, maps];
}

/**
 * Whether the patches of x are no more than twice the filter. Then their product with dy is up to five times as fast as
 * oneDNN, which computes the filter in an order of its own and turns it round afterwards.
 */
function suitsPatches({ dy, filterShape }: ConvolutionFilterGrad): boolean {
  const positions = dy.size / dy.shape[3];
  return !onGpu() && positions <= 2 * filterShape[3];
}

function filterGradOfPatches({ x, dy, filterShape, window }: ConvolutionFilterGrad): tf.Tensor4D {
  const { pad } = window;
  if (needsMargin(x.shape, filterShape, window)) {
    return tf.tidy(() => {
      const framed = tf.pad(x, [
        [0, 0],
        [pad, pad],
        [pad, pad],
        [0, 0],
      ]);
      return filterGradOfPatches({ x: framed, dy, filterShape, window: { ...window, pad: 0 } });
    });
  }
  const [height, width, maps, filters] = filterShape;
  return tf.tidy(() => {
    const patches = run(
      'ExtractImagePatches',
      [
        float32(),
        integer('ksizes', [1, height, width, 1]),
        integer('strides', [1, window.stride, window.stride, 1]),
        integer('rates', [1, 1, 1, 1]),
        text('padding', paddingOf(moving(x.shape, filterShape, window))),
      ],
      x,
    );
    const product = matMul({
      a: tf.reshape(patches, [-1, height * width * maps]),
      b: tf.reshape(dy, [-1, filters]),
      transposeA: true,
    });
    return tf.reshape(product, filterShape);
  });
}
