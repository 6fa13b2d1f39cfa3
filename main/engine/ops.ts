/**
 * The numeric vocabulary of the layers: every function works on any engine, and is fast on `cpu`, whose kernels
 * are replaced. All tensors are float32; maps are NHWC, convolution filters [kh, kw, in, out].
 * Gradients are explicit functions, not autodiff: a split network runs its backward pass long after its forward.
 */
export { type Window, conv2d, conv2dFilterGrad, conv2dInputGrad } from './ops/convolution.ts';
export { matMul } from './ops/mat-mul.ts';
export { type Activation, biasActivation, reluGrad, scaleShift } from './ops/pointwise.ts';
export { batchNormGrad, batchNormTrain } from './ops/batch-norm.ts';
export { maxPool, maxPoolGrad } from './ops/max-pool.ts';
export { spreadMaps, sumRows, takeMaps } from './ops/rows.ts';
export { type Gradient, sgdStep } from './ops/sgd.ts';
