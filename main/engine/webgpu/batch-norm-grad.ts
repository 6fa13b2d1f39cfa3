import type * as tf from '@tensorflow/tfjs-core';
import type { BatchNormGrad, BatchNormGradients } from '../ops/batch-norm.ts';
import type { Activation } from '../ops/pointwise.ts';
import { groupRows } from './batch-norm.ts';
import { addPairs, chunksOf, pairMemory, place, side, threads } from './columns.ts';
import { dispatch, empty, type Kernel } from './dispatch.ts';

const gated = (activation: Activation): string =>
  activation === 'relu' ? 'select(0.0, dy[at], y[at] > 0.0)' : 'dy[at]';
const reads = (activation: Activation, ...others: string[]): string[] => [
  'dy',
  'x',
  ...(activation === 'relu' ? ['y'] : []),
  ...others,
];

/**
 * Σd and Σd·x̂ of each chunk, and after them mean, 1/√(variance + epsilon) and γ, so that the second pass has fewer than
 * the eight arrays that every device takes: [2·chunks + 3, maps].
 */
const sums = (activation: Activation): Kernel => ({
  name: `batch norm gradient sums ${activation}`,
  reads: reads(activation, 'mean', 'variance', 'gamma'),
  writes: ['partial'],
  uniforms: ['rows', 'maps', 'mapGroups', 'chunkRows', 'chunks'],
  floats: ['epsilon'],
  threads,
  declarations: pairMemory,
  body: `${place}
  var mine = vec2<f32>(0.0);
  var centre = 0.0;
  var scale = 0.0;
  if (map < u.maps) {
    centre = mean[map];
    scale = inverseSqrt(variance[map] + u.epsilon);
    for (var row = chunk * u.chunkRows + local.y; row < end; row += ${side}) {
      let at = row * u.maps + map;
      let d = ${gated(activation)};
      mine += vec2<f32>(d, d * ((x[at] - centre) * scale));
    }
  }${addPairs}
  if (local.y == 0 && map < u.maps) {
    partial[2 * chunk * u.maps + map] = pairs[thread].x;
    partial[(2 * chunk + 1) * u.maps + map] = pairs[thread].y;
    if (chunk == 0) {
      let after = 2 * u.chunks * u.maps + map;
      partial[after] = centre;
      partial[after + u.maps] = scale;
      partial[after + 2 * u.maps] = gamma[map];
    }
  }`,
});

const inputs = (activation: Activation): Kernel => ({
  name: `batch norm gradient ${activation}`,
  reads: reads(activation, 'partial'),
  writes: ['dx', 'dGamma', 'dBeta'],
  uniforms: ['rows', 'maps', 'mapGroups', 'chunks', 'groupRows'],
  threads,
  declarations: pairMemory,
  body: `
  let map = (group % u.mapGroups) * ${side} + local.x;
  let first = (group / u.mapGroups) * u.groupRows;
  var mine = vec2<f32>(0.0);
  if (map < u.maps) {
    for (var chunk = local.y; chunk < u.chunks; chunk += ${side}) {
      mine += vec2<f32>(partial[2 * chunk * u.maps + map], partial[(2 * chunk + 1) * u.maps + map]);
    }
  }${addPairs}
  if (map >= u.maps) { return; }
  let whole = pairs[local.x];
  if (first == 0 && local.y == 0) {
    dBeta[map] = whole.x;
    dGamma[map] = whole.y;
  }
  let after = 2 * u.chunks * u.maps + map;
  let centre = partial[after];
  let scale = partial[after + u.maps];
  let slope = partial[after + 2 * u.maps] * scale;
  let average = whole / f32(u.rows);
  for (var row = first + local.y; row < min(u.rows, first + u.groupRows); row += ${side}) {
    let at = row * u.maps + map;
    let d = ${gated(activation)};
    dx[at] = slope * (d - average.x - (x[at] - centre) * scale * average.y);
  }`,
});

const kernels = {
  none: { sums: sums('none'), inputs: inputs('none') },
  relu: { sums: sums('relu'), inputs: inputs('relu') },
};

/** The gradient of batchNormTrain for x, gamma and beta, in two dispatches. */
export function batchNormGrad<T extends tf.Tensor>({
  dy,
  x,
  y,
  mean,
  variance,
  gamma,
  epsilon,
  activation,
}: BatchNormGrad<T>): BatchNormGradients<T> {
  const chunks = chunksOf(x.size, gamma.size);
  const passes = kernels[activation];
  const gate = activation === 'relu' ? [y] : [];
  const partial = empty([2 * chunks.chunks + 3, gamma.size]);
  dispatch(passes.sums, {
    reads: [dy, x, ...gate, mean, variance, gamma],
    writes: [partial],
    uniforms: { ...chunks, epsilon },
    groups: chunks.chunks * chunks.mapGroups,
  });
  const gradients = {
    dx: empty(x.shape) as T,
    dGamma: empty(gamma.shape) as tf.Tensor1D,
    dBeta: empty(gamma.shape) as tf.Tensor1D,
  };
  dispatch(passes.inputs, {
    reads: [dy, x, ...gate, partial],
    writes: [gradients.dx, gradients.dGamma, gradients.dBeta],
    uniforms: { ...chunks, groupRows },
    groups: Math.ceil(chunks.rows / groupRows) * chunks.mapGroups,
  });
  partial.dispose();
  return gradients;
}
