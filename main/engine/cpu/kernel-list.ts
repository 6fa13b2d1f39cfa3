import { batchNormTrain, batchNormTrainGrad } from './batch-norm.ts';
import { conv2d, conv2dFilterGrad, conv2dInputGrad } from './convolution.ts';
import { identity } from './identity.ts';
import { batchMatMul, fusedMatMul } from './mat-mul.ts';
import { maxPool, maxPoolGrad } from './max-pool.ts';
import { biasActivation, reluGrad, scaleShift } from './pointwise.ts';
import { spreadMaps, sumRows, takeMaps } from './rows.ts';
import { sgdProductStep, sgdStep } from './sgd.ts';
import type { Host } from './host.ts';
import { registerKernel } from './kernel.ts';

const kernels = [
  conv2d,
  conv2dFilterGrad,
  conv2dInputGrad,
  batchMatMul,
  fusedMatMul,
  batchNormTrain,
  batchNormTrainGrad,
  biasActivation,
  scaleShift,
  reluGrad,
  maxPool,
  maxPoolGrad,
  sumRows,
  takeMaps,
  spreadMaps,
  sgdStep,
  sgdProductStep,
  identity,
];

/** Puts Sluice's kernels in place of those that the wasm backend has. */
export function registerKernels(host: Host): void {
  for (const kernel of kernels) registerKernel(host, kernel);
}
