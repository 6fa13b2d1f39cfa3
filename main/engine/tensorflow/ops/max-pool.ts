import type * as tf from '@tensorflow/tfjs-core';
import type { MaxPoolGrad, PoolWindow } from '../../ops/max-pool.ts';
import { float32, integer, type Attribute } from '../attributes.ts';
import { run } from '../backend.ts';
import { windowAttributes } from '../windows.ts';

function attributes(x: tf.Tensor4D, { size, stride, pad }: PoolWindow): Attribute[] {
  return [
    float32(),
    integer('ksize', [1, size, size, 1]),
    ...windowAttributes({ input: [x.shape[1], x.shape[2]], window: [size, size], stride, pad }),
  ];
}

export function maxPool(x: tf.Tensor4D, window: PoolWindow): tf.Tensor4D {
  return run('MaxPool', attributes(x, window), x) as tf.Tensor4D;
}

export function maxPoolGrad({ dy, x, y, window }: MaxPoolGrad): tf.Tensor4D {
  return run('MaxPoolGrad', attributes(x, window), x, y, dy) as tf.Tensor4D;
}
