import { util } from '@tensorflow/tfjs-core';
import { offsetOf } from './host.ts';
import { expectSize, type CpuKernel } from './kernel.ts';

interface SgdAttributes {
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

/** Writes into `param` and, with momentum, `velocity`. No outputs. */
export const sgdStep: CpuKernel = {
  name: 'SgdStep',
  run(host, { param, grad, velocity }, attributes) {
    const { learningRate, momentum, weightDecay } = attributes as SgdAttributes;
    expectSize(util.sizeFromShape(param.shape), grad, ...(velocity ? [velocity] : []));
    const [w, g, count] = [offsetOf(host, param), offsetOf(host, grad), util.sizeFromShape(param.shape)];
    if (velocity) host.loops.sgdMomentum(w, g, offsetOf(host, velocity), count, learningRate, weightDecay, momentum);
    else host.loops.sgd(w, g, count, learningRate, weightDecay);
    return [];
  },
};
