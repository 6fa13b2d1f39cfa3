/**
 * Inner loops of the CPU engine, AssemblyScript. They run on the memory of tfjs-backend-wasm, so there is no data
 * of their own: every address, scratch space included, is a byte offset the caller allocated. All arrays are float32.
 */
export { zero } from './memory';
export { im2col, col2im } from './patches';
export { biasActivation, scaleShift, reluGrad } from './pointwise';
export { batchNormMoments, batchNormCoefficients, batchNormGrad } from './batch-norm';
export { maxPool, maxPoolGrad } from './max-pool';
export { sumRows, takeMaps, spreadMaps } from './rows';
export { sgd, sgdMomentum } from './sgd';
export { winogradFilter, winogradFilterGrad, winogradInput, winogradOutput, winogradOutputGrad } from './winograd';
export { gemm, tile } from './gemm';
