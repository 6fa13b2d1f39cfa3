import type * as tf from '@tensorflow/tfjs-core';
import type { Convolution, ConvolutionFilterGrad, ConvolutionInputGrad, Window } from '../../ops/convolution.ts';
import { float32, type Attribute } from '../attributes.ts';
import { integers, run } from '../backend.ts';
import { windowAttributes } from '../windows.ts';

type Shape4D = readonly [number, number, number, number];

function attributes(input: Shape4D, filter: Shape4D, { stride, pad }: Window): Attribute[] {
  return [float32(), ...windowAttributes({ input: [input[1], input[2]], window: [filter[0], filter[1]], stride, pad })];
}

export function conv2d({ x, filter, window }: Convolution): tf.Tensor4D {
  return run('Conv2D', attributes(x.shape, filter.shape, window), x, filter) as tf.Tensor4D;
}

export function conv2dInputGrad({ dy, filter, inputShape, window }: ConvolutionInputGrad): tf.Tensor4D {
  const sizes = integers(inputShape);
  const dx = run('Conv2DBackpropInput', attributes(inputShape, filter.shape, window), sizes, filter, dy);
  sizes.dispose();
  return dx as tf.Tensor4D;
}

export function conv2dFilterGrad({ x, dy, filterShape, window }: ConvolutionFilterGrad): tf.Tensor4D {
  const sizes = integers(filterShape);
  const dFilter = run('Conv2DBackpropFilter', attributes(x.shape, filterShape, window), x, sizes, dy);
  sizes.dispose();
  return dFilter as tf.Tensor4D;
}
