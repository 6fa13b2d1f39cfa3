import * as tf from '@tensorflow/tfjs-core';
import type { MaxPoolGrad, PoolWindow } from '../../ops/max-pool.ts';
import { float32, integer, type Attribute } from '../attributes.ts';
import { onGpu, run } from '../backend.ts';
import { windowAttributes } from '../windows.ts';
import { add, subtract } from './arithmetic.ts';

function attributes(x: tf.Tensor4D, { size, stride, pad }: PoolWindow): Attribute[] {
  return [
    float32(),
    integer('ksize', [1, size, size, 1]),
    ...windowAttributes({ input: [x.shape[1], x.shape[2]], window: [size, size], stride, pad }),
  ];
}

export function maxPool(x: tf.Tensor4D, window: PoolWindow): tf.Tensor4D {
  return tf.tidy(() => {
    const y = run('MaxPool', attributes(x, window), x) as tf.Tensor4D;
    return onGpu() ? y : withNaN(y);
  });
}

/** On a processor a window of NaNs gives the lowest number there is: y + (2y − 2y) is NaN for that, and y for others. */
function withNaN(y: tf.Tensor4D): tf.Tensor4D {
  const twice = add(y, y);
  return add(y, subtract(twice, twice)) as tf.Tensor4D;
}

export function maxPoolGrad({ dy, x, y, window }: MaxPoolGrad): tf.Tensor4D {
  return run('MaxPoolGrad', attributes(x, window), x, y, dy) as tf.Tensor4D;
}
