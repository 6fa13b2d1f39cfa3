import type * as tf from '@tensorflow/tfjs-core';
import { addPairs, chunksOf, pairMemory, place, side, threads } from './columns.ts';
import { dispatch, empty, type Kernel } from './dispatch.ts';

const sumChunks: Kernel = {
  name: 'sum rows',
  reads: ['x'],
  writes: ['y'],
  uniforms: ['rows', 'maps', 'mapGroups', 'chunkRows'],
  threads,
  declarations: pairMemory,
  body: `${place}
  var mine = vec2<f32>(0.0);
  if (map < u.maps) {
    for (var row = chunk * u.chunkRows + local.y; row < end; row += ${side}) { mine.x += x[row * u.maps + map]; }
  }${addPairs}
  if (local.y == 0 && map < u.maps) { y[chunk * u.maps + map] = pairs[thread].x; }`,
};

/** The sum over all axes but the last: [..., maps] → [maps]; in one dispatch, or two where there are many rows. */
export function sumRows(x: tf.Tensor): tf.Tensor1D {
  const maps = x.shape[x.rank - 1];
  const chunks = chunksOf(x.size, maps);
  const sums = empty(chunks.chunks === 1 ? [maps] : [chunks.chunks, maps]) as tf.Tensor1D;
  dispatch(sumChunks, {
    reads: [x],
    writes: [sums],
    uniforms: { ...chunks },
    groups: chunks.chunks * chunks.mapGroups,
  });
  if (chunks.chunks === 1) return sums;
  const whole = sumRows(sums);
  sums.dispose();
  return whole;
}
