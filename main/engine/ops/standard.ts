/** The version of every operation that runs on any engine, through kernels of TensorFlow.js. */
export { conv2d, conv2dFilterGrad, conv2dInputGrad } from './convolution.ts';
export { matMul } from './mat-mul.ts';
export { biasActivation, reluGrad, scaleShift } from './pointwise.ts';
export { batchNormGrad, batchNormTrain } from './batch-norm.ts';
export { maxPool, maxPoolGrad } from './max-pool.ts';
export { spreadMaps, sumRows, takeMaps } from './rows.ts';
export { sgdStep } from './sgd.ts';
export { trackStatistics } from './statistics.ts';
