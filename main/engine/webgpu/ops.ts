import type { Ops } from '../ops/current.ts';
import { batchNormGrad } from './batch-norm-grad.ts';
import { batchNormTrain } from './batch-norm.ts';
import { conv2d, conv2dFilterGrad, conv2dInputGrad } from './convolution.ts';
import { spreadMaps, takeMaps } from './maps.ts';
import { matMul } from './mat-mul.ts';
import { maxPool, maxPoolGrad } from './max-pool.ts';
import { biasActivation, reluGrad, scaleShift } from './pointwise.ts';
import { sumRows } from './rows.ts';
import { sgdStep, sgdSteps, updatesAtOnce } from './sgd.ts';
import { trackStatistics } from './statistics.ts';

/** The operations that a GPU does better than TensorFlow.js's kernels for it. */
export const webgpuOps: Partial<Ops> = {
  conv2d,
  conv2dInputGrad,
  conv2dFilterGrad,
  matMul,
  batchNormTrain,
  batchNormGrad,
  trackStatistics,
  maxPool,
  maxPoolGrad,
  biasActivation,
  scaleShift,
  reluGrad,
  sumRows,
  takeMaps,
  spreadMaps,
  sgdStep,
  sgdSteps,
  updatesAtOnce,
};
