import * as tf from '@tensorflow/tfjs-core';
import { float32, int32 } from '../attributes.ts';
import { integers, run } from '../backend.ts';

export function sumRows(x: tf.Tensor): tf.Tensor1D {
  return run('BiasAddGrad', [float32()], x) as tf.Tensor1D;
}

export function takeMaps<T extends tf.Tensor>(x: T, kept: Int32Array | readonly number[]): T {
  requireMaps(kept, x.shape[x.rank - 1]);
  return tf.tidy(() => gather(x, kept)) as T;
}

/** The maps that come from none of x are those of one more, of zeros. */
export function spreadMaps<T extends tf.Tensor>(x: T, kept: Int32Array | readonly number[], maps: number): T {
  requireMaps(kept, maps);
  const from = new Int32Array(maps).fill(kept.length);
  kept.forEach((map, i) => (from[map] = i));
  return tf.tidy(() => {
    const margins = new Int32Array(2 * x.rank);
    margins[margins.length - 1] = 1;
    const paddings = tf.tensor2d(margins, [x.rank, 2], 'int32');
    return gather(run('Pad', [float32(), int32('Tpaddings')], x, paddings), from);
  }) as T;
}

function gather(x: tf.Tensor, maps: Int32Array | readonly number[]): tf.Tensor {
  const axis = tf.scalar(x.rank - 1, 'int32');
  const types = [float32('Tparams'), int32('Tindices'), int32('Taxis')];
  return run('GatherV2', types, x, integers(maps), axis);
}

/** On a GPU nothing else would notice. */
function requireMaps(kept: Int32Array | readonly number[], maps: number): void {
  const outside = kept.find((map) => !(map >= 0 && map < maps));
  if (outside !== undefined) throw new RangeError(`Map ${outside} was kept, of ${maps}`);
}
