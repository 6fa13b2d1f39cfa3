import type * as tf from '@tensorflow/tfjs-core';
import type { BatchNormed, BatchNormTrain } from '../ops/batch-norm.ts';
import type { Activation } from '../ops/pointwise.ts';
import { chunksOf, place, reduce, side, threads } from './columns.ts';
import { dispatch, empty, type Kernel } from './dispatch.ts';

/**
 * Mean and squares of differences from it of two parts, each vec3(count, mean, squares), as those of both (Chan): far from
 * zero the difference of two sums would lose its digits.
 */
const joinMoments = `
var<workgroup> parts: array<vec3<f32>, ${side * side}>;
fn join(a: vec3<f32>, b: vec3<f32>) -> vec3<f32> {
  if (b.x == 0.0) { return a; }
  if (a.x == 0.0) { return b; }
  let count = a.x + b.x;
  let apart = b.y - a.y;
  return vec3<f32>(count, a.y + apart * (b.x / count), a.z + b.z + apart * apart * (a.x * b.x / count));
}`;
const joinParts = reduce('parts', 'mine', 'join(parts[thread], parts[thread + apart])');

/** Moments of the rows of each chunk: [chunks, 2, maps]. */
const moments: Kernel = {
  name: 'batch norm moments',
  reads: ['x'],
  writes: ['partial'],
  uniforms: ['rows', 'maps', 'mapGroups', 'chunkRows'],
  threads,
  declarations: joinMoments,
  body: `${place}
  var mine = vec3<f32>(0.0);
  if (map < u.maps) {
    for (var row = chunk * u.chunkRows + local.y; row < end; row += ${side}) {
      let value = x[row * u.maps + map];
      mine.x += 1.0;
      let apart = value - mine.y;
      mine.y += apart / mine.x;
      mine.z += apart * (value - mine.y);
    }
  }${joinParts}
  if (local.y == 0 && map < u.maps) {
    partial[2 * chunk * u.maps + map] = parts[thread].y;
    partial[(2 * chunk + 1) * u.maps + map] = parts[thread].z;
  }`,
};

/** Joins the chunks, in every workgroup anew, and normalises the workgroup's rows. */
const normalise = (activation: Activation): Kernel => ({
  name: `batch norm ${activation}`,
  reads: ['x', 'partial', 'gamma', 'beta'],
  writes: ['y', 'mean', 'variance'],
  uniforms: ['rows', 'maps', 'mapGroups', 'chunkRows', 'chunks', 'groupRows'],
  floats: ['epsilon'],
  threads,
  declarations: joinMoments,
  body: `
  let map = (group % u.mapGroups) * ${side} + local.x;
  let first = (group / u.mapGroups) * u.groupRows;
  var mine = vec3<f32>(0.0);
  if (map < u.maps) {
    for (var chunk = local.y; chunk < u.chunks; chunk += ${side}) {
      let count = f32(min(u.rows - chunk * u.chunkRows, u.chunkRows));
      mine = join(mine, vec3<f32>(count, partial[2 * chunk * u.maps + map], partial[(2 * chunk + 1) * u.maps + map]));
    }
  }${joinParts}
  if (map >= u.maps) { return; }
  let whole = parts[local.x];
  let spread = whole.z / whole.x;
  if (first == 0 && local.y == 0) {
    mean[map] = whole.y;
    variance[map] = spread;
  }
  let scale = gamma[map] / sqrt(spread + u.epsilon);
  for (var row = first + local.y; row < min(u.rows, first + u.groupRows); row += ${side}) {
    let value = (x[row * u.maps + map] - whole.y) * scale + beta[map];
    y[row * u.maps + map] = ${activation === 'relu' ? 'relu(value)' : 'value'};
  }`,
});

const kernels = { none: normalise('none'), relu: normalise('relu') };

/** activation(γ·(x − mean)/√(variance + epsilon) + β) with the batch's own statistics, in two dispatches. */
export function batchNormTrain<T extends tf.Tensor>({
  x,
  gamma,
  beta,
  epsilon,
  activation,
}: BatchNormTrain<T>): BatchNormed<T> {
  const chunks = chunksOf(x.size, gamma.size);
  const partial = empty([chunks.chunks, 2, gamma.size]);
  dispatch(moments, {
    reads: [x],
    writes: [partial],
    uniforms: { ...chunks },
    groups: chunks.chunks * chunks.mapGroups,
  });
  const normed = {
    y: empty(x.shape) as T,
    mean: empty(gamma.shape) as tf.Tensor1D,
    variance: empty(gamma.shape) as tf.Tensor1D,
  };
  dispatch(kernels[activation], {
    reads: [x, partial, gamma, beta],
    writes: [normed.y, normed.mean, normed.variance],
    uniforms: { ...chunks, groupRows, epsilon },
    groups: Math.ceil(chunks.rows / groupRows) * chunks.mapGroups,
  });
  partial.dispose();
  return normed;
}

/** Rows that a workgroup normalises once it has joined the chunks: November 2026, not yet measured on a GPU. */
export const groupRows = 256;
