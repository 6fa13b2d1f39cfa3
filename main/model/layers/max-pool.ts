import type * as tf from '@tensorflow/tfjs-core';
import { maxPool, maxPoolGrad } from '../../engine/ops.ts';
import type { MaxPoolEntry } from '../entries/max-pool.ts';
import type { Layer } from './layer.ts';

export function maxPoolLayer(entry: MaxPoolEntry): Layer {
  return {
    parameters: [],
    statistics: [],
    infer: (x) => maxPool(x as tf.Tensor4D, entry),
    forward(x) {
      const y = maxPool(x as tf.Tensor4D, entry);
      return {
        y,
        backward(dy, _apply, inputGradient) {
          const dx = inputGradient
            ? maxPoolGrad({ dy: dy as tf.Tensor4D, x: x as tf.Tensor4D, y, window: entry })
            : null;
          y.dispose();
          return dx;
        },
      };
    },
  };
}
